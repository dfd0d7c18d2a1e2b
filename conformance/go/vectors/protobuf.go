package main

import (
	"encoding/binary"
)

// Protobuf by hand, for messages that no encoder would write.

func tag(field, kind int) []byte { return binary.AppendUvarint(nil, uint64(field)<<3|uint64(kind)) }
func bytesField(field int, data []byte) []byte {
	return joined(tag(field, 2), binary.AppendUvarint(nil, uint64(len(data))), data)
}
func textField(field int, text string) []byte { return bytesField(field, []byte(text)) }
func numberField(field int, value uint64) []byte {
	return joined(tag(field, 0), binary.AppendUvarint(nil, value))
}

// prefixed is a message behind its length.
func prefixed(message []byte) []byte {
	return joined(binary.AppendUvarint(nil, uint64(len(message))), message)
}
