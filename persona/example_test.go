package persona_test

import (
	"fmt"
	"strings"
	"time"

	"whorl/osdb"
	"whorl/persona"
)

// A client talks to a service.
func ExampleService() {
	db, _ := osdb.Read(strings.NewReader(stack), osdb.User, "example.osdb")
	p, err := persona.New(db.Entries[0], persona.Options{Addr: victim, Services: []persona.Service{{
		Port: 7, Greeting: []byte("who is there?\n"), End: "\n",
		Rules: []persona.Rule{{Expect: "me", Reply: []byte("good bye\n"), Delay: time.Second, Close: true}},
	}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	w := newWire(nil, p)
	c := w.dial(5000, 7, linux)
	w.run(time.Second)
	c.say("Me\n")
	w.run(2 * time.Second)
	fmt.Printf("%sclosed %v\n", c.got, c.fin)
	// Output:
	// who is there?
	// good bye
	// closed true
}

// Services that a system comes with, and one that it does not.
func ExampleUsual() {
	e := named("Linux 6.1", "Linux", "6.X", "general purpose")
	s, ok := persona.Usual("ssh", 22, e, "www")
	fmt.Printf("%d %q %v\n", s.Port, s.Greeting, ok)
	page := "HTTP/1.1 200 OK\r\nServer: Microsoft-IIS/7.5\r\n\r\n"
	fmt.Println(persona.Doubts(e, []persona.Service{{Port: 80, Greeting: []byte(page)}})[0])
	// Output:
	// 22 "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n" true
	// port 80: "Microsoft-IIS/7.5" says Windows 7 or Server 2008 R2, and the record is Linux 6.1
}
