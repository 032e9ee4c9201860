package claim_test

import (
	"fmt"
	"net/netip"

	"whorl/method/claim"
	"whorl/packet"
)

func ExampleFrom() {
	c, ok := claim.From(&packet.Packet{
		Src: netip.MustParseAddr("192.0.2.1"), Transport: packet.TCP,
		Payload: []byte("GET / HTTP/1.1\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64)\r\n\r\n"),
	})
	fmt.Println(c.Host, c, ok)
	// Output: 192.0.2.1 User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) true
}

func ExampleParse() {
	c, err := claim.Parse("SSH: SSH-2.0-OpenSSH_7.4p1 Debian-10+deb9u7")
	fmt.Println(c.Kind, c.Text, err)
	// Output: SSH SSH-2.0-OpenSSH_7.4p1 Debian-10+deb9u7 <nil>
}

// A version is as wide as the text allows.
func ExampleClaim_System() {
	for _, text := range []string{"User-Agent: Mozilla/5.0 (Windows NT 10.0)", "NTLM: challenge 10.0.17763", "NTLM: negotiate 6.1.7600"} {
		c, _ := claim.Parse(text)
		s := c.System()
		fmt.Printf("%q %q\n", s.Family, s.Name)
	}
	// Output:
	// "Windows" "Windows 10 or newer"
	// "Windows" "Windows 10 1809 or Server 2019"
	// "" ""
}
