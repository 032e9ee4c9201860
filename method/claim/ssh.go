package claim

// maxBanner is the longest identification string, bytes (RFC 4253 section 4.2).
const maxBanner = 255

// banner reads an identification string. Its line must end.
func banner(b []byte) string {
	line, _, ok := cutLine(b[:min(len(b), maxBanner)])
	if !ok {
		return ""
	}
	return clean(line)
}
