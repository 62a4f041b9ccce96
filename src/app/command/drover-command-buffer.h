/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "drover-command-text.h"

G_BEGIN_DECLS

#define DROVER_TYPE_COMMAND_BUFFER (drover_command_buffer_get_type ())
G_DECLARE_FINAL_TYPE (DroverCommandBuffer, drover_command_buffer, DROVER, COMMAND_BUFFER, GtkTextBuffer)

/**
 * DroverCommandMark:
 * @DROVER_COMMAND_CHOSEN: the token whose row is open
 * @DROVER_COMMAND_PROBLEM: what a dry run complained of
 * @DROVER_COMMAND_OVERLAY: what Drover adds to a launch
 */
typedef enum
{
  DROVER_COMMAND_CHOSEN,
  DROVER_COMMAND_PROBLEM,
  DROVER_COMMAND_OVERLAY,
  DROVER_COMMAND_N_MARKS,
} DroverCommandMark;

DroverCommandBuffer *drover_command_buffer_new         (void);
void                 drover_command_buffer_set_command (DroverCommandBuffer *self,
                                                        const char *program,
                                                        GPtrArray *arguments);
void                 drover_command_buffer_replace     (DroverCommandBuffer *self,
                                                        const char *text);
char                *drover_command_buffer_dup_text    (DroverCommandBuffer *self);
gboolean             drover_command_buffer_parse       (DroverCommandBuffer *self,
                                                        GPtrArray *old_arguments, char **program,
                                                        GPtrArray **arguments, GError **error);

gboolean             drover_command_buffer_find_token  (DroverCommandBuffer *self, int offset,
                                                        DroverToken *token);
gboolean             drover_command_buffer_find_range  (DroverCommandBuffer *self, int argument,
                                                        gsize value_start, gsize value_end,
                                                        GtkTextIter *start, GtkTextIter *end);
void                 drover_command_buffer_mark        (DroverCommandBuffer *self,
                                                        DroverCommandMark mark, int argument,
                                                        gsize value_start, gsize value_end);
void                 drover_command_buffer_clear_marks (DroverCommandBuffer *self,
                                                        DroverCommandMark mark);

G_END_DECLS
