/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

#define DROVER_TYPE_PART_ROW (drover_part_row_get_type ())
G_DECLARE_DERIVABLE_TYPE (DroverPartRow, drover_part_row, DROVER, PART_ROW, AdwExpanderRow)

/**
 * DroverPartRowClass:
 * @fill: (nullable): adds the rows of this kind of part, when the card is opened first
 * @update: shows the part as it is now in the card's title, subtitle and icon
 * @dup_problem: (nullable): what is wrong with it, and what to do
 *
 * One part of a machine: closed a row, opened all its settings. It keeps its widgets, and with
 * them the focus, when the machine changes.
 */
struct _DroverPartRowClass
{
  AdwExpanderRowClass parent_class;

  void (*fill) (DroverPartRow *self);
  void (*update) (DroverPartRow *self, GPtrArray *arguments, const DroverPart *part);
  char *(*dup_problem) (DroverPartRow *self, GPtrArray *arguments, const DroverPart *part);
};

GtkWidget        *drover_part_row_new          (GType type, DroverConfig *config);
DroverConfig     *drover_part_row_get_config   (DroverPartRow *self);
const DroverPart *drover_part_row_get_part     (DroverPartRow *self);
void              drover_part_row_set_part     (DroverPartRow *self, GPtrArray *arguments,
                                                 DroverPart *part, gboolean ambiguous);
void              drover_part_row_refresh      (DroverPartRow *self);
void              drover_part_row_set_icon     (DroverPartRow *self, const char *icon);
void              drover_part_row_add_settings (DroverPartRow *self, const char *const *except);

gboolean          drover_part_row_reconcile    (GtkListBox *box, DroverConfig *config,
                                                 const char *const *kinds, GType type,
                                                 guint most);

G_END_DECLS
