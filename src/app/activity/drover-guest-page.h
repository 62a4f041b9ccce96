/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-run.h"

G_BEGIN_DECLS

#define DROVER_TYPE_GUEST_PAGE (drover_guest_page_get_type ())
G_DECLARE_FINAL_TYPE (DroverGuestPage, drover_guest_page, DROVER, GUEST_PAGE, AdwBin)

GtkWidget *drover_guest_page_new (DroverRun *run);

G_END_DECLS
