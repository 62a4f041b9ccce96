/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-downloads.h"
#include "drover-library.h"

G_BEGIN_DECLS

#define DROVER_TYPE_DOWNLOADS_DIALOG (drover_downloads_dialog_get_type ())
G_DECLARE_FINAL_TYPE (DroverDownloadsDialog, drover_downloads_dialog, DROVER, DOWNLOADS_DIALOG,
                      AdwDialog)

AdwDialog *drover_downloads_dialog_new (DroverDownloads *downloads, DroverLibrary *library);

G_END_DECLS
