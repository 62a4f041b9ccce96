/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <vte/vte.h>

#include "drover-window.h"

G_BEGIN_DECLS

typedef void (*WindowBody) (DroverWindow *window, gconstpointer data);

void         window_fixture_init     (int *argc, char ***argv);
void         window_fixture_run      (WindowBody body, gconstpointer data);
void         window_fixture_clean_up (void);

char        *window_put_machine      (const char *slug, const char *text);
char        *window_put_guest        (const char *slug);
char        *window_put_guest_with   (const char *slug, const char *const *more);
char        *window_put_busy_guest   (const char *slug, guint n_sectors);

GtkWidget   *window_find_type        (gpointer root, GType type);
GtkWidget   *window_find_button      (gpointer root, const char *name);
GtkWidget   *window_find_label       (gpointer root, const char *text);
gboolean     window_says             (gpointer root, const char *text);
gboolean     window_row_says         (DroverWindow *window, int position, const char *text);
guint        window_count_rows       (DroverWindow *window);
void         window_press            (DroverWindow *window, const char *button);
void         window_press_in_dialog  (DroverWindow *window, const char *button);
void         window_choose_file      (const char *path);
void         window_activate_row     (DroverWindow *window, int position);
void         window_assert_usable    (DroverWindow *window, const char *button,
                                      gboolean usable, const char *description);
gboolean     window_can_press        (gpointer root, const char *button);

gboolean     window_is_moving        (DroverWindow *window);
void         window_resize           (DroverWindow *window, int width, int height);
void         window_draw             (DroverWindow *window, int n_frames);
void         window_save             (gpointer native, const char *path);
void         window_picture          (DroverWindow *window, const char *prefix, const char *name);

gboolean     window_terminal_has     (DroverWindow *window, const char *text);
void         window_type             (DroverWindow *window, const char *text);

G_END_DECLS
