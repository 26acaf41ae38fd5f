package io.weir;

/**
 * What a push did.
 *
 * @param level how far it got by the time of return
 * @param firstId id of the first message; the others follow without gaps; 0 when nothing was added
 * @param count messages added
 * @param duplicateCount messages left out because their producer sequence had arrived before
 */
public record PushResult(Durability level, long firstId, long count, long duplicateCount) {}
