// translator/message_form.h
//
// A message of which a mesh has thousands that differ in a few texts: it is
// serialised once, with blanks in their place, and from then on filled in.
//
// Threads  immutable once made.
// Spec     Protocol Buffers encoding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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
  // The same, at the end of `bytes`.
  void AppendTo(std::string& bytes, Texts texts) const;

 private:
  // A field whose length depends on the texts.
  struct Field {
    uint32_t within = 0;  // the index of the message that it is a part of
    uint32_t begin = 0;   // of its length, in fixed_
    std::optional<uint32_t> text;
    uint32_t fixed_size = 0;  // of a message: what is always the same in it
  };

  void Read(absl::string_view bytes, uint32_t message);
  void Keep(absl::string_view bytes, uint32_t message);

  std::string fixed_;          // what is always the same, in order
  std::vector<Field> fields_;  // in order; the first is the whole message
};

}  // namespace binnacle::translator
