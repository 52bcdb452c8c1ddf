// translator/domain_list.h
//
// The domains of a virtual host where they stand on the wire: a virtual host of
// a mesh has half a dozen, and a string for each would cost more than the rest
// of it.
//
// Threads  pure.
// Spec     Envoy v3 VirtualHost.domains; Protocol Buffers encoding.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <string>

#include "absl/strings/string_view.h"

namespace binnacle::translator {

// Reads fields that AppendDomain() or protobuf wrote, which live elsewhere.
class DomainList {
 public:
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = absl::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const absl::string_view*;
    using reference = const absl::string_view&;

    Iterator() = default;
    explicit Iterator(absl::string_view fields) : rest_(fields) { Read(); }

    reference operator*() const { return domain_; }
    pointer operator->() const { return &domain_; }
    Iterator& operator++() {
      Read();
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      Read();
      return before;
    }
    // Both of one list.
    friend bool operator==(const Iterator& a, const Iterator& b) {
      return a.domain_.data() == b.domain_.data();
    }

   private:
    void Read();

    absl::string_view domain_;
    absl::string_view rest_;
  };
  using const_iterator = Iterator;
  using value_type = absl::string_view;

  explicit DomainList(absl::string_view fields) : fields_(fields) {}

  Iterator begin() const { return Iterator(fields_); }
  Iterator end() const { return Iterator(); }
  size_t size() const { return static_cast<size_t>(std::distance(begin(), end())); }

  friend bool operator==(const DomainList&, const DomainList&) = default;

 private:
  absl::string_view fields_;
};

// The domain that the pieces are together, as a field of a VirtualHost. It is
// not empty.
void AppendDomain(std::initializer_list<absl::string_view> pieces, std::string& fields);

}  // namespace binnacle::translator
