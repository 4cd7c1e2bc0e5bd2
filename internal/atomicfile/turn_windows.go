package atomicfile

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// File systems without the semantics of POSIX (FAT, some network drives, Wine) replace a file only
// while nobody has it open. Among readers that come one after another that may never be. So a writer
// that had no success creates a named event, and new readers wait a moment while it exists. It ends
// with the writer's handle, also when the program is killed.

var (
	kernel32    = syscall.NewLazyDLL("kernel32.dll")
	createEvent = kernel32.NewProc("CreateEventW")
	openEvent   = kernel32.NewProc("OpenEventW")
)

const (
	// turnPatience is how long a reader waits at most. Readers close the file much sooner.
	turnPatience = 100 * time.Millisecond
	// synchronize is the least right to open an event with, from winnt.h.
	synchronize = 0x00100000
)

// eventName is the same in all programs and sessions of a machine.
func eventName(path string) *uint16 {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	hash := sha256.Sum256([]byte(strings.ToLower(path)))
	name, _ := syscall.UTF16PtrFromString(`Global\xsale-replace-` + hex.EncodeToString(hash[:])) // without NUL
	return name
}

// askForTurn makes new readers of the file wait until done is called.
func askForTurn(path string) (done func()) {
	handle, _, _ := createEvent.Call(0, 1, 0, uintptr(unsafe.Pointer(eventName(path))))
	if handle == 0 {
		return func() {}
	}
	return func() { syscall.CloseHandle(syscall.Handle(handle)) }
}

// awaitTurn waits while a writer asks for its turn.
func awaitTurn(path string) {
	name := eventName(path)
	for start := time.Now(); time.Since(start) < turnPatience; time.Sleep(time.Millisecond) {
		handle, _, _ := openEvent.Call(synchronize, 0, uintptr(unsafe.Pointer(name)))
		if handle == 0 {
			return
		}
		syscall.CloseHandle(syscall.Handle(handle))
	}
}
