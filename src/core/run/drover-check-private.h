/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-check.h"
#include "drover-service.h"

G_BEGIN_DECLS

/*
 * DroverCheckLine:
 * @flag: (nullable): what QEMU is given as the option
 * @value: (nullable): and as its value
 * @argument: index of the document's argument that it stands for, or -1
 *
 * One argument as the dry run starts it.
 */
typedef struct
{
  char *flag;
  char *value;
  int argument;
} DroverCheckLine;

/*
 * DroverCheckPort:
 * @host: (nullable): the address that is listened at; %NULL for all
 *
 * A port of this host that the machine would listen at, and the dry run does not.
 */
typedef struct
{
  char *host;
  int port;
  gboolean udp;
  int argument;
} DroverCheckPort;

/*
 * DroverCheckPlan:
 * @document: what is checked
 * @folder: (nullable): where the machine's relative paths begin
 * @scratch: a private folder of this check
 * @lines: (element-type DroverCheckLine): what is started
 * @ports: (element-type DroverCheckPort): where it would listen
 * @problems: (element-type DroverCheckProblem): what was found on the way
 * @left_out: (element-type utf8): ids of what is not started
 * @display: (nullable): the kind of display that was taken away
 * @display_argument: index of the argument that asks for it
 * @opengl: whether that display would have had OpenGL
 * @services: (element-type DroverService): what runs for the check alone
 * @tpm_chardev: index of the argument that leads to a TPM among them, or -1
 * @n_files: how many files @scratch has
 *
 * The command of a dry run: the document's own, without what would be felt outside of it.
 */
typedef struct
{
  DroverDocument *document;
  char *folder;
  char *scratch;
  GPtrArray *lines;
  GPtrArray *ports;
  GPtrArray *problems;
  GPtrArray *left_out;
  char *display;
  int display_argument;
  gboolean opengl;
  GPtrArray *services;
  int tpm_chardev;
  guint n_files;
} DroverCheckPlan;

DroverCheckPlan    *_drover_check_plan_new      (DroverDocument *document, const char *folder,
                                                 const char *scratch);
void                _drover_check_plan_free     (DroverCheckPlan *self);
GStrv               _drover_check_plan_dup_argv (DroverCheckPlan *self);
void                _drover_check_plan_add      (DroverCheckPlan *self, const char *flag,
                                                 const char *value, int argument);
char               *_drover_check_plan_dup_scratch_path (DroverCheckPlan *self, const char *name);

gboolean            _drover_check_rewrite_disk  (DroverCheckPlan *self, DroverArgument *argument,
                                                 int index);
gboolean            _drover_check_rewrite_backend (DroverCheckPlan *self, DroverArgument *argument,
                                                 int index);

void                _drover_check_start_tpm     (DroverCheckPlan *self);
char               *_drover_check_dup_tpm_chardev (DroverCheckPlan *self, const char *value);

/* An option's value, be it keyval or JSON. */
char               *_drover_check_dup_field     (const char *value, const char *implied,
                                                 const char *key);
char               *_drover_check_set_field     (const char *value, const char *implied,
                                                 const char *key, const char *text);
char               *_drover_check_remove_field  (const char *value, const char *implied,
                                                 const char *key);
JsonObject         *_drover_check_parse_object  (const char *value);
char               *_drover_check_object_to_text (JsonObject *object);

DroverCheckProblem *_drover_check_problem_new   (int argument, gboolean fatal, char *message);
void                _drover_check_problem_free  (DroverCheckProblem *self);
void                _drover_check_find_span     (DroverCheckProblem *problem,
                                                 DroverDocument *document, const char *word);
void                _drover_check_find_part     (DroverCheckProblem *problem,
                                                 DroverDocument *document, const char *word);
void                _drover_check_devices       (DroverDocument *document, const char *program,
                                                 GPtrArray *problems);
void                _drover_check_read_output   (DroverCheckPlan *plan, const char *output,
                                                 gboolean passed, GPtrArray *problems);
void                _drover_check_places        (DroverDocument *document, GPtrArray *problems);
void                _drover_check_ids           (DroverDocument *document, GPtrArray *problems);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverCheckPlan, _drover_check_plan_free)

G_END_DECLS
