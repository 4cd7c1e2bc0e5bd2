//go:build unix && !linux

package main

import "syscall"

// dieWithParent has no effect: the system cannot do it.
func dieWithParent(*syscall.SysProcAttr) {}
