package pcapfile_test

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"whorl/link/pcapfile"
	"whorl/packet"
)

func Example() {
	var file bytes.Buffer
	w, err := pcapfile.NewWriter(&file, packet.Raw, `{"rate":1000}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	at := time.Date(2026, 11, 21, 12, 0, 0, 42, time.UTC)
	w.Write(packet.Raw, []byte{0x45, 0, 0, 20}, at, pcapfile.In)
	w.Flush()

	r, err := pcapfile.Open(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Comment())
	for {
		frame, link, at, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Printf("%v % x %v\n", link, frame, at)
	}
	// Output:
	// {"rate":1000}
	// RAW 45 00 00 14 2026-11-21 12:00:00.000000042 +0000 UTC
}
