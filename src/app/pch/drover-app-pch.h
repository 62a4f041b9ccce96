/* SPDX-License-Identifier: GPL-3.0-or-later */

/* See ../../core/pch/drover-core-pch.h. */
#include <adwaita.h>
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <libdex.h>
#include <string.h>
#include <vte/vte.h>
