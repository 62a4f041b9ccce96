/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <libdex.h>

G_BEGIN_DECLS

void        drover_test_init    (int *argc, char ***argv);
int         drover_test_run     (void);
const char *drover_test_dir     (void);

void        drover_test_settle  (DexFuture *future);
gboolean    drover_test_await   (DexFuture *future, GError **error);
gpointer    drover_test_await_object (DexFuture *future, GError **error);
gpointer    drover_test_await_boxed  (DexFuture *future, GError **error);

/* Runs the main loop until EXPRESSION holds. The test program's own time limit ends a wait
 * for what never comes, and says which line waited. */
#define drover_test_until(expression)                        \
  G_STMT_START {                                             \
    drover_test_waiting_for (G_STRLOC, #expression);         \
    while (!(expression))                                    \
      g_main_context_iteration (NULL, TRUE);                 \
    drover_test_waiting_for (NULL, NULL);                    \
  } G_STMT_END

void        drover_test_set_time_limit (guint seconds);
void        drover_test_set_tell (void (*func) (void));
void        drover_test_waiting_for (const char *where, const char *what);

G_END_DECLS
