package claim

import (
	"strconv"
	"strings"
)

// mobile is the version of iOS in "10_2 like Mac OS X". Safari has said 18.6 or 18.7
// since iOS 26.
func mobile(after string) string {
	v := underscored(after)
	if v == "18.6" || v == "18.7" {
		return v + " or newer"
	}
	return v
}

// mac is the version of macOS in "10_14_6)". Browsers have said 10.15 since macOS 11, and
// iPads that ask for pages as a Mac gets them say so too.
func mac(after string) string {
	v := underscored(after)
	if v == "10.15" || strings.HasPrefix(v, "10.15.") || v == "10.16" {
		return v + " or newer, or iPadOS"
	}
	return v
}

func underscored(s string) string {
	return number(strings.ReplaceAll(s[:min(len(s), maxVersion)], "_", "."))
}

// Darwin 5 was Mac OS X 10.1, Darwin 19 macOS 10.15, Darwin 20 macOS 11 and Darwin 25
// macOS 26 (Apple, XNU releases).
const (
	firstDarwin  = 5
	elevenDarwin = 20
	newDarwin    = 25
)

// macOfKernel is the version of macOS by that of Darwin.
func macOfKernel(after string) string {
	major, _, _ := strings.Cut(number(after), ".")
	n, err := strconv.Atoi(major)
	switch {
	case err != nil || n < firstDarwin:
		return ""
	case n >= newDarwin:
		return strconv.Itoa(n + 1)
	case n >= elevenDarwin:
		return strconv.Itoa(n - 9)
	}
	return "10." + strconv.Itoa(n-4)
}

// debian is the version in the revision of a package, as in "10+deb9u7".
func debian(after string) string {
	_, v, _ := strings.Cut(after, "+deb")
	return number(v)
}
