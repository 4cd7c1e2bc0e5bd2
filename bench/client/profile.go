package main

import (
	"os"
	"runtime"
	"runtime/pprof"
)

const profiledCalls = 1000

// profilePage writes profiles of this client reading the page to page.cpu.pprof and
// page.allocs.pprof.
func profilePage(c candidate) error {
	runtime.MemProfileRate = 16 << 10 // includes small objects, at little cost
	if err := readPage(c); err != nil {
		return err
	}
	processor, err := os.Create("page.cpu.pprof")
	if err != nil {
		return err
	}
	defer processor.Close()
	if err := pprof.StartCPUProfile(processor); err != nil {
		return err
	}
	for range profiledCalls {
		if err := readPage(c); err != nil {
			return err
		}
	}
	pprof.StopCPUProfile()
	memory, err := os.Create("page.allocs.pprof")
	if err != nil {
		return err
	}
	defer memory.Close()
	return pprof.Lookup("allocs").WriteTo(memory, 0)
}
