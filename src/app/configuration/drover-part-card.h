/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

#define DROVER_TYPE_PART_CARD (drover_part_card_get_type ())
G_DECLARE_DERIVABLE_TYPE (DroverPartCard, drover_part_card, DROVER, PART_CARD, AdwExpanderRow)

/**
 * DroverPartCardClass:
 * @fill: (nullable): adds the rows of this kind of part, when the card is opened first
 * @update: shows the part as it is now in the card's title, subtitle and icon
 * @dup_problem: (nullable): what is wrong with it, and what to do
 *
 * One part of a machine: closed a row, opened all its settings. It keeps its widgets, and with
 * them the focus, when the machine changes.
 */
struct _DroverPartCardClass
{
  AdwExpanderRowClass parent_class;

  void (*fill) (DroverPartCard *self);
  void (*update) (DroverPartCard *self, GPtrArray *arguments, const DroverPart *part);
  char *(*dup_problem) (DroverPartCard *self, GPtrArray *arguments, const DroverPart *part);
};

GtkWidget        *drover_part_card_new          (GType type, DroverConfig *config);
DroverConfig     *drover_part_card_get_config   (DroverPartCard *self);
const DroverPart *drover_part_card_get_part     (DroverPartCard *self);
void              drover_part_card_set_part     (DroverPartCard *self, GPtrArray *arguments,
                                                 DroverPart *part);
void              drover_part_card_refresh      (DroverPartCard *self);
void              drover_part_card_set_icon     (DroverPartCard *self, const char *icon);
void              drover_part_card_add_settings (DroverPartCard *self, const char *const *except);

void              drover_part_card_reconcile    (GtkListBox *box, DroverConfig *config,
                                                 const char *const *kinds, GType type);

G_END_DECLS
