package io.weir;

import java.time.Instant;

/**
 * One message as it came out of a queue.
 *
 * @param id what to acknowledge it by
 * @param data its bytes; the array belongs to the caller
 * @param deliveryCount how often it was delivered, this time included
 * @param redelivered whether it may have been delivered before
 * @param enqueuedAt when it was pushed
 */
public record Message(long id, byte[] data, int deliveryCount, boolean redelivered, Instant enqueuedAt) {}
