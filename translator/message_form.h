// translator/message_form.h
//
// A message of which a mesh has thousands that differ in a few texts: it is
// serialised once, with blanks in their place, and from then on filled in.
//
// Threads  immutable once made.
// Spec     Protocol Buffers encoding.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/message_lite.h"

namespace binnacle::translator {

class MessageForm {
 public:
  using Texts = absl::Span<const absl::string_view>;

  // What stands in an example where the text of that index is to come. It
  // reads as a URI, for that is told from other names in some places.
  static std::string Blank(size_t index);

  // In `example` every blank is a whole field, at any depth, also within what
  // was packed. One may stand in several places.
  explicit MessageForm(const google::protobuf::MessageLite& example);
  explicit MessageForm(absl::string_view serialized);

  // The example, serialised, with texts[i] in the place of Blank(i). Equals the
  // serialisation of the message with these texts, as long as none is empty.
  std::string Fill(Texts texts) const;

 private:
  // Bytes that are always the same, and what follows them.
  struct Piece {
    std::string bytes;
    enum class Then : uint8_t { kText, kMessage, kEnd } then = Then::kEnd;
    size_t text = 0;            // its index
    std::vector<Piece> inside;  // of the message
  };
  using Pieces = std::vector<Piece>;

  static Pieces Read(absl::string_view bytes);
  static size_t SizeOf(const Pieces& pieces, Texts texts);
  static size_t SizeAfter(const Piece& piece, Texts texts);
  static char* Write(const Pieces& pieces, Texts texts, char* to);

  Pieces pieces_;
};

}  // namespace binnacle::translator
