// Package shell runs command lines of the user's settings.
package shell
