/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Compiled once, to save most of the time that each file would take. No file may rely on it: each
 * includes what it uses, which the fuzz targets' build, without this, sees to. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <libdex.h>
#include <string.h>
