package main

import "strings"

// nmapFlags are options that Nmap's users write with one dash. The command line
// library would read -oX as -o X, so they get a second dash before it looks.
var nmapFlags = map[string]bool{
	"-oN": true, "-oX": true, "-oG": true, "-oA": true, "-oJ": true,
	"-iL": true, "-Pn": true, "-PN": true, "-P0": true,
}

// longFlags rewrites them, up to a "--".
func longFlags(args []string) []string {
	out := make([]string, 0, len(args))
	for i, a := range args {
		name, value, joined := strings.Cut(a, "=")
		switch {
		case a == "--":
			return append(out, args[i:]...)
		case name == "-PN" || name == "-P0":
			a = "--Pn"
		case nmapFlags[name] && joined:
			a = "-" + name + "=" + value
		case nmapFlags[name]:
			a = "-" + name
		}
		out = append(out, a)
	}
	return out
}
