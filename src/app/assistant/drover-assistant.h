/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-downloads.h"
#include "drover-library.h"
#include "drover-template.h"

G_BEGIN_DECLS

#define DROVER_TYPE_ASSISTANT (drover_assistant_get_type ())
G_DECLARE_FINAL_TYPE (DroverAssistant, drover_assistant, DROVER, ASSISTANT, AdwDialog)

DroverAssistant *drover_assistant_new         (DroverLibrary   *library,
                                               DroverDownloads *downloads,
                                               const char      *debian_site);
void             drover_assistant_choose      (DroverAssistant *self, DroverTemplate *template);
void             drover_assistant_use_file    (DroverAssistant *self, const char *path);

G_END_DECLS
