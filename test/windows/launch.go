// Starts a program in a console of its own, and sends CTRL_C to it when a file appears, as the
// runner does when a job is cancelled: launch.exe <file> <program> <arguments…>
//
// The runner sends CTRL_BREAK 7.5 seconds later; Wine hangs at it.
package main

import (
	"os"
	"os/exec"
	"syscall"
	"time"
)

func main() {
	kernel := syscall.NewLazyDLL("kernel32.dll")
	kernel.NewProc("FreeConsole").Call()
	kernel.NewProc("AllocConsole").Call()
	child := exec.Command(os.Args[2], os.Args[3:]...)
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	if err := child.Start(); err != nil {
		os.Stderr.WriteString(err.Error())
		os.Exit(99)
	}
	go func() {
		for {
			if _, err := os.Stat(os.Args[1]); err == nil {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		// This process gets the event too. Not earlier, because the program would inherit it.
		kernel.NewProc("SetConsoleCtrlHandler").Call(0, 1)
		kernel.NewProc("GenerateConsoleCtrlEvent").Call(0, 0)
	}()
	child.Wait()
	os.Exit(child.ProcessState.ExitCode())
}
