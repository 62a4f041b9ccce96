/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-document.h"

G_BEGIN_DECLS

#define DROVER_TYPE_IMPORT_SUMMARY (drover_import_summary_get_type ())
G_DECLARE_FINAL_TYPE (DroverImportSummary, drover_import_summary, DROVER, IMPORT_SUMMARY, GObject)

DroverImportSummary *drover_import_summary_new  (AdwPreferencesGroup *group);
void                 drover_import_summary_show (DroverImportSummary *self,
                                                 DroverDocument *document, GPtrArray *notices);

G_END_DECLS
