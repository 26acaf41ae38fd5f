#include "engine/log/reader.h"

#include <algorithm>

#include "engine/log/state.h"

namespace weir::log {

namespace {
constexpr size_t kOperationBytes = 512;  // a consumer's fact
// What a reader holds on to between reads, at most (and one chunk more): it is not counted as pinned.
constexpr uint64_t kReadAheadBytes = 256u << 10;

uint64_t window_bytes(const ReadOptions& options) {
  if (options.count_max == 1) return 0;
  return std::clamp<uint64_t>(options.bytes_max, 1, kReadAheadBytes);
}

}  // namespace

// The right to read or seek: one caller at a time.
class Reader::Turn {
 public:
  explicit Turn(Reader& reader) : reader_(reader) {
    // Acquire and release: the window was left by another thread.
    mine_ = !reader_.busy_.exchange(true, std::memory_order_acquire);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (mine_) reader_.busy_.store(false, std::memory_order_release);
  }
  Status check() const {
    if (mine_) return {};
    return {Code::kBusy, "another thread reads with this reader; open one for each"};
  }

 private:
  Reader& reader_;
  bool mine_;
};

// --- opening ---

Result<std::unique_ptr<Reader>> Reader::open(Handle& log, const ReaderOptions& options) {
  std::unique_ptr<Reader> reader(new Reader(log));
  MutexLock lock(log.store()->mutex());
  WEIR_TRY(reader->check_open_locked());
  reader->state_->readers.push_back(reader.get());
  const Status started = reader->start_locked(options);
  if (!started.ok()) return started;  // the lock goes first, then the reader
  return reader;
}

Reader::~Reader() {
  MutexLock lock(store_->mutex());
  std::erase(state_->readers, this);
  if (consumer_ == nullptr) return;
  --consumer_->reader_count;
  consumer_->give_back(this);
  // What it gave back is there for the others.
  state_->on_change_locked();
}

Status Reader::start_locked(const ReaderOptions& options) {
  if (!options.consumer.empty()) return adopt_consumer_locked(options);
  uint64_t number = 1;
  WEIR_TRY(find_place_locked(options.start, options.start_value, &number));
  next_ = number;
  return {};
}

Status Reader::adopt_consumer_locked(const ReaderOptions& options) {
  name_ = std::string(options.consumer);
  auto found = state_->consumers.find(name_);
  if (found == state_->consumers.end()) {
    if (!options.create) return Code::kNotFound;
    WEIR_TRY(store_->check_writable_locked());
    uint64_t number = 1;
    WEIR_TRY(find_place_locked(options.start, options.start_value, &number));
    WEIR_TRY(store_->pipeline().ensure_ack_room(kOperationBytes));
    WEIR_TRY(check_open_locked());
    if (state_->consumers.size() >= kConsumersMax) {
      return {Code::kLimit,
              text("the log has ", uint64_t{kConsumersMax}, " consumers, the most it can have")};
    }
    store_->pipeline().reserve_operations(kOperationBytes);
    found = state_->consumers.try_emplace(name_).first;
    if (found->second.committed_at_ns == 0)
      state_->set_consumer(name_, found->second, number, store_->clock().wall_ns());
    const uint64_t group = store_->pipeline().end_commit(true);
    store::Level level = store::Level::kMemory;
    WEIR_TRY(store_->finish_locked(group, store::Durability::kSync, &level));
    WEIR_TRY(check_open_locked());
    found = state_->consumers.find(name_);  // the mutex was released
    if (found == state_->consumers.end()) return Code::kNotFound;
  }
  Consumer& consumer = found->second;
  if (consumer.reader_count != 0 && !(consumer.shared && options.shared)) {
    return {Code::kBusy, text("consumer ", quoted(name_), " has ", consumer.reader_count,
                              consumer.shared ? " readers that share it" : " reader for itself")};
  }
  if (consumer.reader_count == 0) {
    consumer.shared = options.shared;
    consumer.handed_out.clear();
    consumer.next = consumer.committed;
  }
  ++consumer.reader_count;
  consumer_ = &consumer;
  next_ = consumer.committed;
  return {};
}

Status Reader::find_place_locked(Place place, int64_t value, uint64_t* out_number) {
  switch (place) {
    case Place::kEarliest:
      *out_number = std::min(stream_->floor(), stream_->visible_next);
      return {};
    case Place::kLatest:
      *out_number = stream_->visible_next;
      return {};
    case Place::kOffset:
      *out_number = static_cast<uint64_t>(value) + 1;
      return {};
    case Place::kTime:
      break;
  }
  return state_->find_time_locked(stream_, value, out_number);
}

Status Reader::check_open_locked() const {
  if (closed_.load(std::memory_order_relaxed)) return {Code::kClosed, "the reader was closed"};
  if (stream_->dropped)
    return {Code::kClosed, text("log ", quoted(stream_->name()), " was dropped")};
  return {};
}

// --- waking ---

uint64_t Reader::next_locked() const {
  if (!is_shared()) return next_.load(std::memory_order_relaxed);
  uint64_t end = 0;
  return consumer_->next_to_hand_out(&end);
}

void Reader::on_change_locked(uint64_t visible_next) {
  if (visible_next <= next_locked()) return;
  if (waiting_) changed_.notify_one();
  if (event_ && !event_set_) {
    event_set_ = true;
    event_->set();
  }
}

void Reader::update_event_locked() {
  if (!event_) return;
  const bool over = closed_ || stream_->dropped || store_->has_failed_locked();
  const bool wanted = over || next_locked() < stream_->visible_next;
  if (wanted == event_set_) return;
  event_set_ = wanted;
  wanted ? event_->set() : event_->clear();
}

void Reader::update_event() {
  MutexLock lock(store_->mutex());
  update_event_locked();
}

Status Reader::event_fd(int* out_fd) {
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  if (!event_) {
    WEIR_ASSIGN(event_, env::SignalDescriptor::create());
    event_set_ = false;
    has_event_ = true;
  }
  update_event_locked();
  *out_fd = event_->number();
  return {};
}

void Reader::interrupt() {
  MutexLock lock(store_->mutex());
  ++interrupt_count_;
  changed_.notify_one();
}

void Reader::shutdown() {
  MutexLock lock(store_->mutex());
  closed_ = true;
  changed_.notify_one();
  update_event_locked();
}

Status Reader::wait_locked(int64_t deadline_ns, uint64_t interrupts_seen) {
  if (interrupt_count_ != interrupts_seen) return Code::kInterrupted;
  if (store_->clock().monotonic_ns() >= deadline_ns) return Code::kTimeout;
  waiting_ = true;
  store_->wait_locked(changed_, deadline_ns);
  waiting_ = false;
  return {};
}

// --- reading ---

Status Reader::read(const ReadOptions& options, Records* into, uint64_t* out_first_offset) {
  into->clear();
  const Turn turn(*this);
  WEIR_TRY(turn.check());
  Status status = read_window(options, into);
  if (status.ok() && into->count() < options.count_max && (window_.empty() || into->count() == 0))
    status = read_more(options, into, out_first_offset);
  else if (has_event_.load(std::memory_order_relaxed) && window_.empty())
    update_event();
  // Some may have been found before one could not be read: they are the result.
  if (into->count() == 0) return status;
  state_->read_count.fetch_add(into->count(), std::memory_order_relaxed);
  return {};
}

// From what is in hand, without the store's mutex.
Status Reader::read_window(const ReadOptions& options, Records* into) {
  if (closed_.load(std::memory_order_acquire)) return {Code::kClosed, "the reader was closed"};
  const bool valid = window_epoch_ == state_->epoch.load(std::memory_order_acquire);
  if (!valid) window_.clear();
  if (window_.empty()) return {};
  const Status taken = window_.take(options.count_max, options.bytes_max, into);
  next_.store(window_.next(), std::memory_order_relaxed);
  return taken;
}

Status Reader::check_range_locked(uint64_t* out_first_offset) {
  uint64_t end = 0;
  const uint64_t next = is_shared() ? consumer_->next_to_hand_out(&end) : next_.load();
  if (next >= state_->trimmed_below) return {};
  const uint64_t first = std::min(stream_->floor(), stream_->visible_next);
  *out_first_offset = first - 1;
  if (!is_shared()) {
    next_ = first;
  } else if (end == UINT64_MAX) {
    consumer_->next = first;
  } else {
    // Given back, and gone since: nobody can finish it any more.
    const uint64_t last = std::min(end, first);
    consumer_->hand_out(next, last, this);
    consumer_->finish(this, last);
  }
  return Code::kOutOfRange;
}

Status Reader::read_more(const ReadOptions& options, Records* into, uint64_t* out_first_offset) {
  const int64_t deadline_ns =
      options.timeout_ms == 0 ? 0 : store_->clock().deadline_after_ms(options.timeout_ms);
  MutexLock lock(store_->mutex());
  const uint64_t interrupts_seen = interrupt_count_;
  while (true) {
    WEIR_TRY(check_open_locked());
    if (store_->has_failed_locked() && next_locked() >= stream_->visible_next)
      return store_->check_writable_locked();
    // What is too old goes first. That it cannot be read concerns who reads it.
    (void)state_->retain_if_due_locked(stream_).ok();
    WEIR_TRY(check_open_locked());
    WEIR_TRY(check_range_locked(out_first_offset));
    WEIR_TRY(is_shared() ? read_shared_locked(options, into) : fill_locked(options));
    if (!is_shared() && !window_.empty()) {
      Status taken;
      {
        MutexUnlock unlocked(store_->mutex());
        taken = window_.take(options.count_max, options.bytes_max, into);
        next_.store(window_.next(), std::memory_order_relaxed);
      }
      if (!taken.ok()) return taken;
      if (window_.empty() && into->count() < options.count_max && next_ < stream_->visible_next &&
          into->payload_bytes() < options.bytes_max) {
        continue;
      }
    }
    update_event_locked();
    if (into->count() != 0) return {};
    if (options.timeout_ms == 0) return Code::kEmpty;
    WEIR_TRY(wait_locked(deadline_ns, interrupts_seen));
  }
}

Status Reader::fill_locked(const ReadOptions& options) {
  window_epoch_ = state_->epoch.load(std::memory_order_acquire);
  const Status filled = window_.fill_locked(*store_, stream_, next_, window_bytes(options));
  if (filled.ok()) next_.store(window_.next(), std::memory_order_relaxed);
  return filled;
}

// A range of the consumer's records that nobody else gets. The mutex is held while it is walked, so that the range is
// exactly what was read.
Status Reader::read_shared_locked(const ReadOptions& options, Records* into) {
  uint64_t end = 0;
  uint64_t first = consumer_->next_to_hand_out(&end);
  while (true) {
    WEIR_TRY(window_.fill_locked(*store_, stream_, first, window_bytes(options)));
    const uint64_t again = consumer_->next_to_hand_out(&end);
    if (again == first) break;
    first = again;  // another reader was faster while the mutex was released
  }
  window_.limit(end);
  const Status taken = window_.take(options.count_max, options.bytes_max, into);
  const uint64_t next = std::min(window_.next(), end);
  window_.clear();
  if (next > first) consumer_->hand_out(first, next, this);
  if (into->count() == 0 && next > first) consumer_->finish(this, next);  // nothing but gaps
  next_ = next;
  return taken;
}

// --- positions ---

Status Reader::seek(Place place, int64_t value) {
  const Turn turn(*this);
  WEIR_TRY(turn.check());
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  if (is_shared()) {
    return {Code::kUnsupported,
            "readers that share a consumer do not seek; close them and reset the consumer"};
  }
  uint64_t number = 1;
  WEIR_TRY(find_place_locked(place, value, &number));
  window_.clear();
  next_ = number;
  update_event_locked();
  return {};
}

Status Reader::position(uint64_t* out_offset) {
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  *out_offset = next_locked() - 1;
  return {};
}

Status Reader::lag(uint64_t* out_count) {
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  const uint64_t next = next_locked();
  *out_count = stream_->visible_next - std::min(next, stream_->visible_next);
  return {};
}

Status Reader::check_item_locked(const store::BatchItem& item) {
  WEIR_TRY(check_open_locked());
  if (item.arguments[0] <= stream_->visible_next) return {};
  return {Code::kInvalidArgument,
          text("offset is ", item.arguments[0] - 1, "; it is at most the next one, ",
               stream_->visible_next - 1)};
}

void Reader::commit_locked(uint64_t number) {
  if (is_shared()) {
    consumer_->finish(this, number);
    number = consumer_->first_unfinished();
  }
  state_->set_consumer(name_, *consumer_, number, store_->clock().wall_ns());
}

Status Reader::commit(uint64_t offset, store::Durability durability, store::Level* out_level) {
  *out_level = store::Level::kMemory;
  if (name_.empty()) return {Code::kUnsupported, "an anonymous reader has no position to commit"};
  durability = store_->resolve(durability);
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  WEIR_TRY(store_->check_writable_locked());
  WEIR_TRY(store_->pipeline().ensure_ack_room(kOperationBytes));
  store::BatchItem item;
  item.arguments[0] = offset + 1;
  WEIR_TRY(check_item_locked(item));
  store_->pipeline().reserve_operations(kOperationBytes);
  commit_locked(offset + 1);
  const uint64_t group = store_->pipeline().end_commit(durability == store::Durability::kSync);
  if (state_->retention.consumers == ConsumerRetention::kDropRead)
    (void)state_->retain_if_due_locked(stream_).ok();
  return store_->finish_locked(group, durability, out_level);
}

Status Reader::add_commit(store::Batch& batch, uint64_t offset) {
  if (name_.empty()) return {Code::kUnsupported, "an anonymous reader has no position to commit"};
  WEIR_ASSIGN(store::BatchItem* const item, batch.add(*this));
  item->removes = true;  // what is read is not read again
  item->operation_bytes = kOperationBytes;
  item->arguments[0] = offset + 1;
  return {};
}

void Reader::sequence_item_locked(store::CommitPipeline&, store::BatchItem& item) {
  commit_locked(item.arguments[0]);
}

}  // namespace weir::log
