/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-detect.h"

G_BEGIN_DECLS

/* What the first descriptor of a disc says of it; the strings are valid UTF-8 and trimmed. */
typedef struct
{
  char *system;
  char *volume;
  char *publisher;
  char *application;
  guint64 size; /* in bytes */
} DroverDiscLabel;

void             drover_disc_label_free     (DroverDiscLabel *label);
DroverDiscLabel *drover_disc_label_parse    (const guint8 *sector, gsize length);

/* From the file's first bytes; TRUE when these tell. */
gboolean         drover_detect_by_contents  (DroverDetection *self, const guint8 *head,
                                             gsize length, const char *name);

/* By libosinfo's database, else by a small table; in a thread. */
void             drover_detect_disc         (DroverDetection *self, const DroverDiscLabel *label,
                                             const char *name);
void             drover_detect_cloud_image  (DroverDetection *self, const char *name);
const char      *drover_detect_get_template (const DroverDetection *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverDiscLabel, drover_disc_label_free)

G_END_DECLS
