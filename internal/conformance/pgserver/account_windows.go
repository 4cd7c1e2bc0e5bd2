package pgserver

import "syscall"

// account is for systems on which a server is started.
func account(string) (*syscall.SysProcAttr, error) { return nil, nil }
