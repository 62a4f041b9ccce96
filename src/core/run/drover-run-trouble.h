/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * DroverTroubleKind:
 * @DROVER_TROUBLE_PANIC: the guest's system said that it crashed (`GUEST_PANICKED`)
 * @DROVER_TROUBLE_WATCHDOG: the guest did not serve its watchdog (`WATCHDOG`)
 * @DROVER_TROUBLE_IO_ERROR: the guest stands still because a disk image failed (`BLOCK_IO_ERROR`)
 * @DROVER_TROUBLE_NO_SPACE: the same, because this computer's file system is full
 * @DROVER_TROUBLE_INTERNAL_ERROR: QEMU or KVM could not go on with the guest
 * @DROVER_TROUBLE_KILLED: QEMU was killed, or ended without a word
 * @DROVER_TROUBLE_OUT_OF_MEMORY: the kernel killed it because memory ran out
 * @DROVER_TROUBLE_CRASHED: QEMU itself crashed
 * @DROVER_TROUBLE_NO_ANSWER: the power button was pressed, and the guest is still on
 */
typedef enum
{
  DROVER_TROUBLE_PANIC,
  DROVER_TROUBLE_WATCHDOG,
  DROVER_TROUBLE_IO_ERROR,
  DROVER_TROUBLE_NO_SPACE,
  DROVER_TROUBLE_INTERNAL_ERROR,
  DROVER_TROUBLE_KILLED,
  DROVER_TROUBLE_OUT_OF_MEMORY,
  DROVER_TROUBLE_CRASHED,
  DROVER_TROUBLE_NO_ANSWER,
} DroverTroubleKind;

/**
 * DroverTrouble:
 * @kind: what it is
 * @title: what happened, in a few words
 * @cause: why, in sentences
 * @remedy: what helps, in sentences
 *
 * What went wrong with a guest, for people. Immutable and reference counted.
 */
typedef struct
{
  DroverTroubleKind kind;
  char *title;
  char *cause;
  char *remedy;
} DroverTrouble;

#define DROVER_TYPE_TROUBLE (drover_trouble_get_type ())
GType          drover_trouble_get_type       (void) G_GNUC_CONST;

DroverTrouble *drover_trouble_ref            (DroverTrouble *self);
void           drover_trouble_unref          (DroverTrouble *self);
const char    *drover_trouble_get_word       (DroverTrouble *self);
char          *drover_trouble_dup_text       (DroverTrouble *self);
gboolean       drover_trouble_is_about_end   (DroverTrouble *self);

DroverTrouble *drover_trouble_new_panic      (JsonObject *data);
DroverTrouble *drover_trouble_new_watchdog   (JsonObject *data);
DroverTrouble *drover_trouble_new_io         (JsonObject *data, JsonNode *blocks);
DroverTrouble *drover_trouble_new_internal   (void);
DroverTrouble *drover_trouble_new_signal     (int signal_number, gboolean out_of_memory);
DroverTrouble *drover_trouble_new_no_answer  (guint seconds);

JsonNode      *drover_trouble_to_json        (DroverTrouble *self);
DroverTrouble *drover_trouble_from_json      (JsonNode *node);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverTrouble, drover_trouble_unref)

G_END_DECLS
