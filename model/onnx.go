package model

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of the messages in onnx.proto (github.com/onnx/onnx) that matter here.
const (
	modelGraph    = 7  // ModelProto.graph
	modelMetadata = 14 // ModelProto.metadata_props, repeated
	entryKey      = 1  // StringStringEntryProto
	entryValue    = 2
	graphInput    = 11 // GraphProto.input, repeated
	graphOutput   = 12 // GraphProto.output, repeated
	valueName     = 1  // ValueInfoProto
	valueType     = 2
	typeTensor    = 1 // TypeProto.tensor_type
	tensorElement = 1 // TypeProto.Tensor
	tensorShape   = 2
	shapeDim      = 1 // TensorShapeProto.dim, repeated
	dimValue      = 1 // TensorShapeProto.Dimension
	dimParam      = 2
)

// An onnxFile is what jamd itself reads of an ONNX file, before ONNX Runtime does.
type onnxFile struct {
	metadata        map[string]string
	inputs, outputs []tensorInfo
}

// A tensorInfo is the declaration of an input or output.
type tensorInfo struct {
	name    string
	element uint64   // TensorProto.DataType
	dims    []string // numbers, or names for sizes that are left open
}

var elementNames = map[uint64]string{1: "float32", 6: "int32", 7: "int64", 10: "float16", 11: "float64"}

// String writes the tensor's type as float32[2,16].
func (t tensorInfo) String() string {
	element, ok := elementNames[t.element]
	if !ok {
		element = fmt.Sprintf("element type %d", t.element)
	}
	return element + "[" + strings.Join(t.dims, ",") + "]"
}

// readONNX reads the metadata and the declared inputs and outputs of an ONNX file.
func readONNX(data []byte) (onnxFile, error) {
	file := onnxFile{metadata: map[string]string{}}
	if len(data) == 0 {
		return file, fmt.Errorf("the file is empty")
	}
	graphs := 0
	err := eachField(data, func(number protowire.Number, field []byte, _ uint64) error {
		switch number {
		case modelGraph:
			graphs++
			return file.readGraph(field)
		case modelMetadata:
			return file.readEntry(field)
		}
		return nil
	})
	if err != nil {
		return file, fmt.Errorf("not an ONNX file, or one cut short: %w", err)
	}
	if graphs != 1 {
		return file, fmt.Errorf("not an ONNX file, or one cut short: it has %d graphs, not one", graphs)
	}
	return file, nil
}

func (f *onnxFile) readEntry(data []byte) error {
	var key, value string
	err := eachField(data, func(number protowire.Number, field []byte, _ uint64) error {
		switch number {
		case entryKey:
			key = string(field)
		case entryValue:
			value = string(field)
		}
		return nil
	})
	f.metadata[key] = value
	return err
}

func (f *onnxFile) readGraph(data []byte) error {
	return eachField(data, func(number protowire.Number, field []byte, _ uint64) error {
		var err error
		var tensor tensorInfo
		switch number {
		case graphInput:
			tensor, err = readValue(field)
			f.inputs = append(f.inputs, tensor)
		case graphOutput:
			tensor, err = readValue(field)
			f.outputs = append(f.outputs, tensor)
		}
		return err
	})
}

func readValue(data []byte) (tensorInfo, error) {
	var t tensorInfo
	err := eachField(data, func(number protowire.Number, field []byte, _ uint64) error {
		switch number {
		case valueName:
			t.name = string(field)
		case valueType:
			return eachField(field, func(number protowire.Number, field []byte, _ uint64) error {
				if number != typeTensor {
					return nil
				}
				return t.readTensor(field)
			})
		}
		return nil
	})
	return t, err
}

func (t *tensorInfo) readTensor(data []byte) error {
	return eachField(data, func(number protowire.Number, field []byte, value uint64) error {
		switch number {
		case tensorElement:
			t.element = value
		case tensorShape:
			return eachField(field, func(number protowire.Number, field []byte, _ uint64) error {
				if number != shapeDim {
					return nil
				}
				return t.readDim(field)
			})
		}
		return nil
	})
}

func (t *tensorInfo) readDim(data []byte) error {
	dim := "?"
	err := eachField(data, func(number protowire.Number, field []byte, value uint64) error {
		switch number {
		case dimValue:
			dim = fmt.Sprint(int64(value))
		case dimParam:
			dim = string(field)
		}
		return nil
	})
	t.dims = append(t.dims, dim)
	return err
}

// eachField calls f for every field of a message in protobuf's wire format, with the bytes of a string or message, or with the
// value of a number.
func eachField(message []byte, f func(number protowire.Number, field []byte, value uint64) error) error {
	rest := message
	for len(rest) > 0 {
		at := len(message) - len(rest)
		number, kind, n := protowire.ConsumeTag(rest)
		if n < 0 {
			return fmt.Errorf("byte %d of %d: %w", at, len(message), protowire.ParseError(n))
		}
		rest = rest[n:]
		var field []byte
		var value uint64
		switch kind {
		case protowire.BytesType:
			field, n = protowire.ConsumeBytes(rest)
		case protowire.VarintType:
			value, n = protowire.ConsumeVarint(rest)
		default:
			n = protowire.ConsumeFieldValue(number, kind, rest)
		}
		if n < 0 {
			return fmt.Errorf("byte %d of %d: %w", at, len(message), protowire.ParseError(n))
		}
		rest = rest[n:]
		if err := f(number, field, value); err != nil {
			return err
		}
	}
	return nil
}
