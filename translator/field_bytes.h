// translator/field_bytes.h
//
// Fields of a protobuf message written by hand, where building the message and
// then serialising it would cost more than all the rest. What is written must
// equal what protobuf writes: fields in order of their numbers.
//
// Threads  pure.
// Spec     Protocol Buffers encoding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/io/coded_stream.h"

namespace binnacle::translator {

// Of a length or a tag.
inline size_t NumberSize(size_t number) {
  return google::protobuf::io::CodedOutputStream::VarintSize32(static_cast<uint32_t>(number));
}

inline void AppendNumber(size_t number, std::string& out) {
  while (number >= 0x80) {
    out.push_back(static_cast<char>(number | 0x80));
    number >>= 7;
  }
  out.push_back(static_cast<char>(number));
}

// Tag and length of a text or a message.
inline size_t HeaderSize(int field, size_t length) {
  return NumberSize(static_cast<size_t>(field) << 3) + NumberSize(length);
}

inline void AppendHeader(int field, size_t length, std::string& out) {
  constexpr size_t kLengthDelimited = 2;
  AppendNumber(static_cast<size_t>(field) << 3 | kLengthDelimited, out);
  AppendNumber(length, out);
}

// A text or a serialised message, with its tag and length.
inline size_t FieldSize(int field, size_t length) { return HeaderSize(field, length) + length; }

inline void AppendField(int field, absl::string_view bytes, std::string& out) {
  AppendHeader(field, bytes.size(), out);
  out.append(bytes.data(), bytes.size());
}

// A text that is left out when it is empty, as protobuf does unless it is one
// of several in a oneof.
inline size_t TextSize(int field, absl::string_view text) {
  return text.empty() ? 0 : FieldSize(field, text.size());
}

inline void AppendText(int field, absl::string_view text, std::string& out) {
  if (!text.empty()) AppendField(field, text, out);
}

// A bool, or an enum's value below 128.
inline void AppendSmall(int field, uint8_t value, std::string& out) {
  AppendNumber(static_cast<size_t>(field) << 3, out);
  out.push_back(static_cast<char>(value));
}

}  // namespace binnacle::translator
