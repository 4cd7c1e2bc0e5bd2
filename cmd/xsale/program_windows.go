package main

import (
	"os/exec"
	"unsafe"

	"golang.org/x/sys/windows"
)

// start starts a command in a job, and returns a function that ends the processes in the job. Windows
// ends them, too, if this program is killed. The command has its own process group, so that Ctrl-C does
// not end it in the middle of an order.
func start(command *exec.Cmd) (kill func(), err error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return nil, err
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{LimitFlags: windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE},
	}
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation, uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err != nil {
		windows.CloseHandle(job)
		return nil, err
	}
	command.Cancel = func() error {
		windows.TerminateJobObject(job, 1)
		return command.Process.Kill()
	}
	command.SysProcAttr.CreationFlags = windows.CREATE_NEW_PROCESS_GROUP
	if err := command.Start(); err != nil {
		windows.CloseHandle(job)
		return nil, err
	}
	// A process that the shell starts before it is in the job stays outside. A shell that has already
	// ended cannot be assigned.
	command.Process.WithHandle(func(handle uintptr) { windows.AssignProcessToJobObject(job, windows.Handle(handle)) })
	return func() { windows.CloseHandle(job) }, nil
}
