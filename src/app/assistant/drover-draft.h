/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-creation.h"
#include "drover-detect.h"

G_BEGIN_DECLS

/* A machine that is being thought of: a template, and what was chosen for it so far. */
#define DROVER_TYPE_DRAFT (drover_draft_get_type ())
G_DECLARE_FINAL_TYPE (DroverDraft, drover_draft, DROVER, DRAFT, GObject)

DroverDraft           *drover_draft_new              (DroverLibrary   *library,
                                                      DroverDownloads *downloads,
                                                      DroverTemplate  *template,
                                                      const char      *debian_site);
DroverTemplate        *drover_draft_get_template     (DroverDraft     *self);
DroverCreationChoices *drover_draft_get_choices      (DroverDraft     *self);
DroverLibrary         *drover_draft_get_library      (DroverDraft     *self);
DroverDownloads       *drover_draft_get_downloads    (DroverDraft     *self);
GPtrArray             *drover_draft_list_media       (DroverDraft     *self);
DroverCreation        *drover_draft_new_creation     (DroverDraft     *self);

const char            *drover_draft_get_host_architecture (void);
guint64                drover_draft_get_host_memory  (void);

G_END_DECLS
