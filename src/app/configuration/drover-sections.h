/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"
#include "drover-run.h"

G_BEGIN_DECLS

/**
 * DroverSection:
 * @page: the name that settings and locations call it
 * @title: translatable
 * @icon: its icon's name
 * @create: makes its page
 *
 * One section of a machine's configuration.
 */
typedef struct
{
  const char *page;
  const char *title;
  const char *icon;
  GtkWidget *(*create) (DroverConfig *config, DroverRun *run);
} DroverSection;

const DroverSection *drover_sections_list (guint *n_sections);

G_END_DECLS
