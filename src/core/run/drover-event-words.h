/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

char     *drover_event_words_dup   (const char *name, JsonObject *data);
gboolean  drover_event_words_knows (const char *name);

G_END_DECLS
