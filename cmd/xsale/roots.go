package main

// The roots of Mozilla, for systems without any, such as an empty container.
import _ "golang.org/x/crypto/x509roots/fallback"
