/* weir: every stable header. */
#ifndef WEIR_WEIR_H
#define WEIR_WEIR_H

#include <weir/base.h>
#include <weir/batch.h>
#include <weir/buffer.h>
#include <weir/collection.h>
#include <weir/document.h>
#include <weir/log.h>
#include <weir/message.h>
#include <weir/queue.h>
#include <weir/reader.h>
#include <weir/records.h>
#include <weir/store.h>

#endif
