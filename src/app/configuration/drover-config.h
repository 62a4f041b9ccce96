/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-catalogue-board.h"
#include "drover-check.h"
#include "drover-editor.h"
#include "drover-hot.h"
#include "drover-part.h"

G_BEGIN_DECLS

#define DROVER_TYPE_CONFIG (drover_config_get_type ())
G_DECLARE_FINAL_TYPE (DroverConfig, drover_config, DROVER, CONFIG, GObject)

/* What all rows, cards and views of one machine's configuration share: the editor, the
 * catalogue of its program, the last dry run, and what is chosen. */

DroverConfig    *drover_config_new             (DroverEditor *editor);
DroverEditor    *drover_config_get_editor      (DroverConfig *self);
GPtrArray       *drover_config_get_arguments   (DroverConfig *self);
void             drover_config_look            (DroverConfig *self);
DroverCatalogue *drover_config_get_catalogue   (DroverConfig *self);
const GError    *drover_config_get_catalogue_error (DroverConfig *self);
DroverCheck     *drover_config_get_check       (DroverConfig *self);
void             drover_config_set_run         (DroverConfig *self, DroverRun *run);
DroverHot       *drover_config_get_hot         (DroverConfig *self);
DroverRun       *drover_config_get_run         (DroverConfig *self);
gboolean         drover_config_runs_otherwise  (DroverConfig *self, const DroverSetting *setting,
                                                const DroverScope *scope);
char            *drover_config_dup_wait        (DroverConfig *self, const DroverPart *part);
void             drover_config_set_check       (DroverConfig *self, DroverCheck *check);

gboolean         drover_config_write           (DroverConfig *self, const DroverSetting *setting,
                                                const DroverScope *scope, const char *text);
gboolean         drover_config_apply           (DroverConfig *self, GPtrArray *arguments,
                                                const char *label, const char *merge);
gboolean         drover_config_apply_with_file (DroverConfig *self, GPtrArray *arguments,
                                                const char *name, const char *label);

void             drover_config_select          (DroverConfig *self, int argument, gsize start,
                                                gsize end);
void             drover_config_get_selection   (DroverConfig *self, int *argument, gsize *start,
                                                gsize *end);

G_END_DECLS
