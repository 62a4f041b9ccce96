/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-command-buffer.h"
#include "drover-command-view.h"

G_BEGIN_DECLS

struct _DroverCommandView
{
  AdwBin parent_instance;

  DroverConfig *config;
  DroverRun *run;
  DroverCommandBuffer *buffer;
  DroverCommandBuffer *launch_buffer;
  char *program;         /* what the text was made of, or was made to last */
  GPtrArray *arguments;
  char *taken_back;      /* what was typed and could not be read, to have it back by redo */
  guint idle;
  guint scroll_idle;
  int argument;          /* at the cursor; -1 for none */
  gboolean has_error;    /* the text says nothing that could be applied */
  gboolean is_half_typed; /* the cursor is still in an option's name */
  gboolean has_conflict; /* nor would it fit: the machine was changed elsewhere meanwhile */
  gboolean applying;
  gboolean rendering;
  gboolean selecting;

  AdwSplitButton *copy;
  GtkToggleButton *launch;
  GtkStack *stack;
  GtkTextView *text;
  GtkTextView *launch_text;
  GtkLabel *launch_caption;
  GtkWidget *message_box;
  GtkLabel *message;
  GtkWidget *keep;
  GtkWidget *discard;
  GtkLabel *about_title;
  GtkLabel *about;
  GtkLabel *problem;
  GtkMenuButton *argument_menu;
};

void _drover_command_view_install_actions (GtkWidgetClass *widget_class);
void _drover_command_view_update_actions  (DroverCommandView *self);
void _drover_command_view_show_launch     (DroverCommandView *self);
gboolean _drover_command_view_flush       (DroverCommandView *self);
void _drover_command_view_render          (DroverCommandView *self);
void _drover_command_view_restore         (DroverCommandView *self);
gboolean _drover_command_view_is_stale    (DroverCommandView *self);

G_END_DECLS
