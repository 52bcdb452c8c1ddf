#include "ca/key_url.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "curl/curl.h"

namespace binnacle::ca {
namespace {

using Keys = std::shared_ptr<const std::vector<VerificationKey>>;

constexpr size_t kMaxBytes = 1 << 20;
constexpr long kFetchMilliseconds = 10'000;
constexpr absl::Duration kFetchEvery = absl::Minutes(5);
constexpr absl::Duration kFetchAtMostEvery = absl::Seconds(10);
constexpr absl::Duration kFetchFirstEvery = absl::Seconds(1);  // until there are keys
constexpr absl::Duration kWaitForFirst = absl::Seconds(10);
constexpr absl::Duration kWaitForUnknown = absl::Seconds(2);

struct CurlCleanup {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct UrlCleanup {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

// libcurl wants this before any thread uses it; it is never undone.
bool CurlIsReady() {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return ready;
}

std::optional<std::string> PartOf(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return std::nullopt;
  std::string copy(text);
  curl_free(text);
  return copy;
}

bool IsThisMachine(absl::string_view host) {
  return host == "localhost" || host == "[::1]" || host == "127.0.0.1";
}

absl::Status CheckUrl(const std::string& text) {
  const std::unique_ptr<CURLU, UrlCleanup> url(curl_url());
  if (url == nullptr || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return absl::InvalidArgumentError(absl::StrCat(text, ": is no URL"));
  }
  if (PartOf(url.get(), CURLUPART_USER).has_value()) {
    return absl::InvalidArgumentError("a URL of keys has no user name and no password in it");
  }
  const std::string scheme = PartOf(url.get(), CURLUPART_SCHEME).value_or("");
  if (scheme == "https") return absl::OkStatus();
  if (scheme == "http" && IsThisMachine(PartOf(url.get(), CURLUPART_HOST).value_or(""))) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      text, ": keys are fetched over https://, or over http:// from this machine only"));
}

// libcurl's callback: taking less than was offered ends the transfer.
size_t Receive(char* data, size_t size, size_t count, void* body) {
  auto* text = static_cast<std::string*>(body);
  if (text->size() + size * count > kMaxBytes) return 0;
  text->append(data, size * count);
  return size * count;
}

// True if the transfer is to be given up.
int IsStopped(void* stopped, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<absl::Notification*>(stopped)->HasBeenNotified() ? 1 : 0;
}

absl::StatusOr<std::string> Fetch(const std::string& url, absl::Notification& stopped) {
  const std::unique_ptr<CURL, CurlCleanup> curl(curl_easy_init());
  if (curl == nullptr) return absl::UnavailableError("libcurl cannot be used");
  std::string body;
  char words[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 0L);
  if (absl::StartsWith(url, "http:")) curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, kFetchMilliseconds);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &Receive);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &body);
  curl_easy_setopt(curl.get(), CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl.get(), CURLOPT_XFERINFOFUNCTION, &IsStopped);
  curl_easy_setopt(curl.get(), CURLOPT_XFERINFODATA, &stopped);
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, words);
  const CURLcode result = curl_easy_perform(curl.get());
  if (result == CURLE_WRITE_ERROR) return absl::UnavailableError("larger than 1 MiB");
  if (result != CURLE_OK) {
    return absl::UnavailableError(words[0] != '\0' ? words : curl_easy_strerror(result));
  }
  long code = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &code);
  if (code != 200) return absl::UnavailableError(absl::StrCat("answers with status ", code));
  return body;
}

absl::StatusOr<Keys> FetchKeys(const std::string& url, absl::Notification& stopped) {
  const auto text = Fetch(url, stopped);
  if (!text.ok()) return absl::UnavailableError(absl::StrCat(url, ": ", text.status().message()));
  auto keys = ParseVerificationKeys(*text);
  if (!keys.ok()) return absl::UnavailableError(absl::StrCat(url, ": ", keys.status().message()));
  return std::make_shared<const std::vector<VerificationKey>>(*std::move(keys));
}

class KeyUrl final : public KeySource {
 public:
  explicit KeyUrl(std::string url) : url_(std::move(url)), thread_([this] { Run(); }) {}
  ~KeyUrl() override {
    stopped_.Notify();
    { absl::MutexLock wake(&mu_); }
    thread_.join();
  }

  absl::StatusOr<Keys> Current(absl::string_view wanted_id) override ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mu_);
  absl::Time NextFetchLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool KnowsLocked(absl::string_view id) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::string url_;
  absl::Notification stopped_;
  absl::Mutex mu_;
  Keys keys_ ABSL_GUARDED_BY(mu_);
  absl::Status trouble_ ABSL_GUARDED_BY(mu_) = absl::UnavailableError("no keys yet");
  uint64_t fetches_ ABSL_GUARDED_BY(mu_) = 0;  // ended
  absl::Time fetched_ ABSL_GUARDED_BY(mu_) = absl::InfinitePast();
  bool wanted_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

bool KeyUrl::KnowsLocked(absl::string_view id) const {
  if (keys_ == nullptr) return false;
  if (id.empty()) return true;
  return std::any_of(keys_->begin(), keys_->end(),
                     [id](const VerificationKey& key) { return key.id == id || key.id.empty(); });
}

absl::StatusOr<Keys> KeyUrl::Current(absl::string_view wanted_id) {
  absl::MutexLock lock(&mu_);
  if (KnowsLocked(wanted_id)) return keys_;
  wanted_ = true;
  // Only if a fetch is due within that time: who asks for what does not exist
  // is not to keep a thread waiting each time.
  const absl::Time patience = absl::Now() + (keys_ == nullptr ? kWaitForFirst : kWaitForUnknown);
  if (NextFetchLocked() <= patience) {
    const uint64_t before = fetches_;
    const auto fetched = [this, before]()
                             ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return fetches_ != before; };
    mu_.AwaitWithDeadline(absl::Condition(&fetched), patience);
  }
  if (keys_ == nullptr) return trouble_;
  return keys_;
}

absl::Time KeyUrl::NextFetchLocked() const {
  if (keys_ == nullptr) return fetched_ + kFetchFirstEvery;
  return fetched_ + (wanted_ ? kFetchAtMostEvery : kFetchEvery);
}

void KeyUrl::Run() {
  while (!stopped_.HasBeenNotified()) {
    auto keys = FetchKeys(url_, stopped_);
    absl::MutexLock lock(&mu_);
    if (keys.ok()) {
      keys_ = *std::move(keys);
    } else {
      trouble_ = keys.status();
    }
    ++fetches_;
    fetched_ = absl::Now();
    wanted_ = false;
    const auto due = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
      return stopped_.HasBeenNotified() || wanted_;
    };
    mu_.AwaitWithDeadline(absl::Condition(&due), NextFetchLocked());
    const auto stopped = [this] { return stopped_.HasBeenNotified(); };
    mu_.AwaitWithDeadline(absl::Condition(&stopped), NextFetchLocked());
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<KeySource>> KeysFromUrl(const std::string& url) {
  if (!CurlIsReady()) return absl::InternalError("libcurl cannot be used");
  if (auto checked = CheckUrl(url); !checked.ok()) return checked;
  return std::make_unique<KeyUrl>(url);
}

}  // namespace binnacle::ca
