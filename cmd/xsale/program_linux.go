package main

import "syscall"

// dieWithParent has the program ended if this one is killed. It would otherwise work on an order
// that the next run takes up.
func dieWithParent(attributes *syscall.SysProcAttr) { attributes.Pdeathsig = syscall.SIGKILL }
