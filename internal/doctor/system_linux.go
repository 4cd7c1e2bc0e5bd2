package doctor

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// holderOf finds another process of this user that has the file open, in /proc.
func holderOf(path string) (holder, bool) {
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		return holder{}, false
	}
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, link := range links {
		if target, err := os.Readlink(link); err != nil || target != resolved {
			continue
		}
		dir := filepath.Dir(filepath.Dir(link))
		process, err := strconv.Atoi(filepath.Base(dir))
		if err != nil || process == os.Getpid() {
			continue
		}
		h := holder{process: process, name: "?"}
		if name, err := os.ReadFile(filepath.Join(dir, "comm")); err == nil {
			h.name = strings.TrimSpace(string(name))
		}
		if info, err := os.Stat(dir); err == nil {
			h.started = info.ModTime()
		}
		if stat, err := os.ReadFile(filepath.Join(dir, "stat")); err == nil { // proc(5): the state follows the name
			state := stat[bytes.LastIndexByte(stat, ')')+1:]
			h.stopped = bytes.HasPrefix(bytes.TrimSpace(state), []byte("T"))
		}
		return h, true
	}
	return holder{}, false
}

// networkFileSystem returns the kind of a file system on another machine, or "" (statfs(2)).
func networkFileSystem(dir string) string {
	var stat syscall.Statfs_t
	if syscall.Statfs(dir, &stat) != nil {
		return ""
	}
	return map[uint32]string{
		0x6969: "NFS", 0x517b: "SMB", 0xff534d42: "CIFS", 0xfe534d42: "SMB", 0x5346414f: "AFS", 0x00c36400: "Ceph", 0x0bd00bd0: "Lustre",
	}[uint32(stat.Type)]
}
