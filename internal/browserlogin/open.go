package browserlogin

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
)

// Open opens an address in the browser of the user. It fails without a display, as over SSH; that a
// browser has opened is not certain.
func Open(address string) error {
	command := exec.Command("xdg-open", address)
	switch runtime.GOOS {
	case "windows":
		command = exec.Command("rundll32", "url.dll,FileProtocolHandler", address)
	case "darwin":
		command = exec.Command("open", address)
	default: // without a display, xdg-open would start a browser in the terminal
		if os.Getenv("DISPLAY")+os.Getenv("WAYLAND_DISPLAY")+os.Getenv("BROWSER") == "" {
			return errors.New("no display")
		}
	}
	if err := command.Start(); err != nil {
		return err
	}
	go command.Wait()
	return nil
}
