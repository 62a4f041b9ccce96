/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "run-fixture.h"

G_BEGIN_DECLS

/* The real application as another process, which can be killed: it says what it knows of each
 * machine whenever that changes, and does what it is told. */

typedef struct
{
  GSubprocess *process;
  GDataInputStream *lines;
  GHashTable *states; /* slug → state, as the application has it */
  gboolean reading;
} SoakApp;

int        soak_app_main     (void);
SoakApp   *soak_app_start    (void);
void       soak_app_tell     (SoakApp *self, const char *command, const char *slug);
void       soak_app_kill     (SoakApp *self);
gboolean   soak_app_says     (SoakApp *self, const char *slug, const char *state);

DroverRun *soak_guest_new    (const char *slug, const char *const *more);

G_END_DECLS
