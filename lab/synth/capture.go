package main

import (
	"encoding/binary"
	"io"
	"time"

	"whorl/packet"
)

// capture writes pcap records, 10 microseconds apart.
type capture struct {
	out   io.Writer
	at    time.Time
	frame []byte
}

func newCapture(out io.Writer) (*capture, error) {
	head := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	head = append(head, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	head = binary.LittleEndian.AppendUint32(head, 65535)
	head = binary.LittleEndian.AppendUint32(head, uint32(packet.Ethernet))
	_, err := out.Write(head)
	return &capture{out: out, at: time.Unix(1_700_000_000, 0)}, err
}

func (c *capture) record(p *packet.Packet) error {
	var err error
	if c.frame, err = p.Append(append(c.frame[:0], make([]byte, 16)...)); err != nil {
		return err
	}
	n := uint32(len(c.frame) - 16)
	c.at = c.at.Add(10 * time.Microsecond)
	binary.LittleEndian.PutUint32(c.frame, uint32(c.at.Unix()))
	binary.LittleEndian.PutUint32(c.frame[4:], uint32(c.at.Nanosecond()/1000))
	binary.LittleEndian.PutUint32(c.frame[8:], n)
	binary.LittleEndian.PutUint32(c.frame[12:], n)
	_, err = c.out.Write(c.frame)
	return err
}
