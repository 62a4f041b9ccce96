/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-config.h"
#include "drover-dex.h"
#include "drover-diff.h"
#include "drover-options-file.h"
#include "drover-own-files.h"
#include "drover-program.h"

struct _DroverConfig
{
  GObject parent_instance;

  DroverEditor *editor;
  DroverMachine *machine; /* keeps the editor */
  GPtrArray *arguments;   /* with what stands in files */
  DroverCatalogue *catalogue;
  GError *catalogue_error;
  char *program; /* whose catalogue was asked for last */
  char *board;   /* the type of machine that was asked about last */
  DroverCheck *check;
  DroverRun *run; /* nullable */
  int argument;
  gsize start;
  gsize end;
};

G_DEFINE_FINAL_TYPE (DroverConfig, drover_config, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CATALOGUE,
  PROP_CHECK,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

enum
{
  CHANGED,
  SELECTION_CHANGED,
  FAILED,
  HOT_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
drover_config_dispose (GObject *object)
{
  DroverConfig *self = DROVER_CONFIG (object);
  g_autoptr (GError) error = NULL;

  if (self->editor != NULL && !drover_editor_flush (self->editor, &error))
    g_warning ("%s", error->message);
  self->editor = NULL;
  g_clear_object (&self->run);
  g_clear_object (&self->machine);
  g_clear_object (&self->catalogue);
  g_clear_pointer (&self->check, drover_check_unref);
  G_OBJECT_CLASS (drover_config_parent_class)->dispose (object);
}

static void
drover_config_finalize (GObject *object)
{
  DroverConfig *self = DROVER_CONFIG (object);

  g_clear_error (&self->catalogue_error);
  g_free (self->program);
  g_free (self->board);
  g_clear_pointer (&self->arguments, g_ptr_array_unref);
  G_OBJECT_CLASS (drover_config_parent_class)->finalize (object);
}

static void
drover_config_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  DroverConfig *self = DROVER_CONFIG (object);

  switch (prop_id)
    {
    case PROP_CATALOGUE:
      g_value_set_object (value, self->catalogue);
      break;
    case PROP_CHECK:
      g_value_set_boxed (value, self->check);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
drover_config_class_init (DroverConfigClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = drover_config_dispose;
  object_class->finalize = drover_config_finalize;
  object_class->get_property = drover_config_get_property;

  /**
   * DroverConfig:catalogue:
   *
   * What the machine's program offers; %NULL until it has answered, and when it cannot.
   */
  properties[PROP_CATALOGUE] =
    g_param_spec_object ("catalogue", NULL, NULL, DROVER_TYPE_CATALOGUE,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * DroverConfig:check:
   *
   * The last dry run of the machine as it is now; %NULL when it was changed since.
   */
  properties[PROP_CHECK] = g_param_spec_boxed ("check", NULL, NULL, DROVER_TYPE_CHECK,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * DroverConfig::changed:
   *
   * The document is another one: by a row, the command view, undo, or another program.
   */
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
  /**
   * DroverConfig::selection-changed:
   *
   * Another token was chosen: see drover_config_get_selection().
   */
  signals[SELECTION_CHANGED] =
    g_signal_new ("selection-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                  NULL, G_TYPE_NONE, 0);
  /**
   * DroverConfig::failed:
   * @message: why, for people
   *
   * A change was refused or could not be written.
   */
  signals[FAILED] = g_signal_new ("failed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  /**
   * DroverConfig::hot-changed:
   *
   * What the running machine has of the configuration is something else: see
   * drover_config_get_hot().
   */
  signals[HOT_CHANGED] =
    g_signal_new ("hot-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);
}

static void
drover_config_init (DroverConfig *self)
{
  self->argument = -1;
}

/* The board */

/* What a type of machine has by itself comes later than the rest of the catalogue, or never. */
static DexFuture *
board_loaded_cb (DexFuture *future, gpointer user_data)
{
  DroverConfig *self = user_data;

  if (self->catalogue != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CATALOGUE]);
  return dex_future_new_true ();
}

static void
update_board (DroverConfig *self)
{
  GPtrArray *arguments = drover_config_get_arguments (self);
  g_autofree char *machine = NULL;
  g_autofree char *board = NULL;
  gboolean bare;

  if (self->catalogue == NULL || arguments == NULL)
    return;

  machine = drover_catalogue_dup_machine (self->catalogue, arguments, &bare);
  board = g_strdup_printf ("%s%s", machine != NULL ? machine : "", bare ? " bare" : "");
  if (!g_set_str (&self->board, board) || machine == NULL ||
      !drover_catalogue_find_machine (self->catalogue, machine, NULL))
    return;

  dex_future_disown (
    dex_future_finally (drover_catalogue_load_board (self->catalogue, machine, bare),
                        board_loaded_cb, g_object_ref (self), g_object_unref));
}

/* The catalogue */

static void
take_catalogue (DroverConfig *self, DroverCatalogue *catalogue, GError *error)
{
  g_set_object (&self->catalogue, catalogue);
  g_clear_error (&self->catalogue_error);
  self->catalogue_error = error;
  g_clear_object (&catalogue);
  g_clear_pointer (&self->board, g_free);
  update_board (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CATALOGUE]);
}

static DexFuture *
load_catalogue_fiber (gpointer user_data)
{
  DroverConfig *self = user_data;
  g_autofree char *program = g_strdup (self->program);
  GError *error = NULL;
  DroverCatalogue *catalogue = dex_await_object (drover_catalogue_load (program), &error);

  /* The program may have been changed meanwhile. */
  if (g_strcmp0 (program, self->program) == 0)
    take_catalogue (self, catalogue, error);
  else
    {
      g_clear_object (&catalogue);
      g_clear_error (&error);
    }

  return dex_future_new_true ();
}

static void
update_catalogue (DroverConfig *self)
{
  DroverDocument *document = drover_editor_get_document (self->editor);
  g_autofree char *program = NULL;

  if (document == NULL)
    return;

  program = drover_program_resolve (drover_document_get_program (document),
                                    drover_machine_get_directory (self->machine));
  if (!g_set_str (&self->program, program))
    return;

  if (self->catalogue != NULL || self->catalogue_error != NULL)
    take_catalogue (self, NULL, NULL);
  dex_future_disown (drover_dex_spawn (load_catalogue_fiber, g_object_ref (self), g_object_unref));
}

static void
read_files (DroverConfig *self)
{
  GPtrArray *own = drover_editor_get_arguments (self->editor);

  g_clear_pointer (&self->arguments, g_ptr_array_unref);
  if (own != NULL)
    self->arguments =
      drover_arguments_with_files (own, drover_machine_get_directory (self->machine));
}

static void
document_changed_cb (DroverEditor *editor, GParamSpec *pspec, DroverConfig *self)
{
  g_assert (DROVER_IS_CONFIG (self));

  read_files (self);
  update_catalogue (self);
  update_board (self);
  drover_config_set_check (self, NULL);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
save_failed_cb (DroverEditor *editor, const char *message, DroverConfig *self)
{
  g_assert (DROVER_IS_CONFIG (self));

  g_signal_emit (self, signals[FAILED], 0, message);
}

/**
 * drover_config_new:
 * @editor: the editor of a machine
 *
 * Returns: (transfer full): what the views of that machine's configuration share
 */
DroverConfig *
drover_config_new (DroverEditor *editor)
{
  DroverConfig *self = g_object_new (DROVER_TYPE_CONFIG, NULL);

  self->editor = editor;
  self->machine = g_object_ref (drover_editor_get_machine (editor));
  g_signal_connect_object (editor, "notify::document", G_CALLBACK (document_changed_cb), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (editor, "save-failed", G_CALLBACK (save_failed_cb), self,
                           G_CONNECT_DEFAULT);
  read_files (self);
  update_catalogue (self);
  return self;
}

/**
 * drover_config_get_editor:
 *
 * Returns: (transfer none): the machine's editor
 */
DroverEditor *
drover_config_get_editor (DroverConfig *self)
{
  g_return_val_if_fail (DROVER_IS_CONFIG (self), NULL);
  return self->editor;
}

/**
 * drover_config_get_arguments:
 *
 * Returns: (transfer none) (nullable) (element-type DroverArgument): the arguments as they are
 *   now, and behind them what the files of `-readconfig` say, see drover_arguments_with_files();
 *   %NULL while the machine's file is broken
 */
GPtrArray *
drover_config_get_arguments (DroverConfig *self)
{
  g_return_val_if_fail (DROVER_IS_CONFIG (self), NULL);
  return self->arguments;
}

/**
 * drover_config_look:
 *
 * Reads the files of `-readconfig` anew: another program may have written them since.
 */
void
drover_config_look (DroverConfig *self)
{
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) lines = NULL;

  g_return_if_fail (DROVER_IS_CONFIG (self));

  if (self->arguments == NULL)
    return;

  before = g_ptr_array_ref (self->arguments);
  read_files (self);
  if (self->arguments == before)
    return;
  lines = drover_diff_arguments (before, self->arguments);
  if (!drover_diff_is_empty (lines))
    g_signal_emit (self, signals[CHANGED], 0);
  else
    {
      /* Who heard of no change knows the old list. */
      g_ptr_array_unref (self->arguments);
      self->arguments = g_steal_pointer (&before);
    }
}

/**
 * drover_config_get_catalogue:
 *
 * Returns: (transfer none) (nullable): what the machine's program offers; see
 *   #DroverConfig:catalogue
 */
DroverCatalogue *
drover_config_get_catalogue (DroverConfig *self)
{
  g_return_val_if_fail (DROVER_IS_CONFIG (self), NULL);
  return self->catalogue;
}

/**
 * drover_config_get_catalogue_error:
 *
 * Returns: (nullable): why there is no catalogue
 */
const GError *
drover_config_get_catalogue_error (DroverConfig *self)
{
  g_return_val_if_fail (DROVER_IS_CONFIG (self), NULL);
  return self->catalogue_error;
}

/**
 * drover_config_get_check:
 *
 * Returns: (transfer none) (nullable): see #DroverConfig:check
 */
DroverCheck *
drover_config_get_check (DroverConfig *self)
{
  g_return_val_if_fail (DROVER_IS_CONFIG (self), NULL);
  return self->check;
}

/**
 * drover_config_set_check:
 * @check: (nullable): the result of a dry run of the machine as it is now
 */
void
drover_config_set_check (DroverConfig *self, DroverCheck *check)
{
  g_return_if_fail (DROVER_IS_CONFIG (self));

  if (self->check == check)
    return;

  g_clear_pointer (&self->check, drover_check_unref);
  self->check = check != NULL ? drover_check_ref (check) : NULL;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHECK]);
}

static void
hot_changed_cb (DroverConfig *self)
{
  g_assert (DROVER_IS_CONFIG (self));

  g_signal_emit (self, signals[HOT_CHANGED], 0);
}

/**
 * drover_config_set_run:
 * @run: the run of the machine
 *
 * From now on the rows say what of the configuration a running machine has.
 */
void
drover_config_set_run (DroverConfig *self, DroverRun *run)
{
  g_return_if_fail (DROVER_IS_CONFIG (self) && self->run == NULL);

  self->run = g_object_ref (run);
  g_signal_connect_object (drover_hot_get_for_run (run), "changed", G_CALLBACK (hot_changed_cb),
                           self, G_CONNECT_SWAPPED);
}

/**
 * drover_config_get_run:
 *
 * Returns: (transfer none) (nullable): the run of the machine, where one was set
 */
DroverRun *
drover_config_get_run (DroverConfig *self)
{
  g_return_val_if_fail (DROVER_IS_CONFIG (self), NULL);
  return self->run;
}

/**
 * drover_config_get_hot:
 *
 * Returns: (transfer none) (nullable): what differs between the running machine and its
 *   configuration; %NULL where no run was set
 */
DroverHot *
drover_config_get_hot (DroverConfig *self)
{
  g_return_val_if_fail (DROVER_IS_CONFIG (self), NULL);
  return self->run != NULL ? drover_hot_get_for_run (self->run) : NULL;
}

static DroverHotPlan *
get_plan (DroverConfig *self)
{
  DroverHot *hot = drover_config_get_hot (self);

  return hot != NULL ? drover_hot_get_plan (hot) : NULL;
}

/**
 * drover_config_runs_otherwise:
 * @setting: a setting
 * @scope: (nullable): the part whose setting it is
 *
 * Returns: whether the machine runs, and runs with another value
 */
gboolean
drover_config_runs_otherwise (DroverConfig *self, const DroverSetting *setting,
                              const DroverScope *scope)
{
  DroverHotPlan *plan = get_plan (self);

  return plan != NULL && drover_hot_plan_setting_differs (plan, setting, scope);
}

/**
 * drover_config_dup_wait:
 * @part: a part of the machine
 *
 * Returns: (transfer full) (nullable): why the running machine does not have the part as it is
 *   now, a sentence; %NULL when it has it, or is off
 */
char *
drover_config_dup_wait (DroverConfig *self, const DroverPart *part)
{
  DroverHotPlan *plan = get_plan (self);
  const int arguments[] = { part->scope.front, part->scope.back, part->scope.file };

  for (guint i = 0; plan != NULL && i < G_N_ELEMENTS (arguments); i++)
    {
      const DroverHotStep *step = drover_hot_plan_find (plan, arguments[i]);
      const char *failure =
        step != NULL ? drover_hot_get_failure (drover_config_get_hot (self), step) : NULL;

      if (step != NULL)
        return g_strdup (failure != NULL        ? failure
                         : step->reason != NULL ? step->reason
                                                : _("The running machine is about to be told."));
    }

  return NULL;
}

static gboolean
report (DroverConfig *self, GError *error)
{
  if (error == NULL)
    return TRUE;

  g_signal_emit (self, signals[FAILED], 0, error->message);
  g_error_free (error);
  return FALSE;
}

/**
 * drover_config_write:
 * @setting: what to set
 * @scope: (nullable): the part whose setting it is
 * @text: (nullable): its new value; %NULL to leave it to QEMU
 *
 * Sets a setting; a refusal is told by #DroverConfig::failed. Typing in one row is one step to
 * undo.
 *
 * Returns: whether it was set
 */
gboolean
drover_config_write (DroverConfig *self, const DroverSetting *setting, const DroverScope *scope,
                     const char *text)
{
  g_autoptr (GPtrArray) arguments = NULL;
  g_autofree char *merge = NULL;
  GError *error = NULL;

  g_return_val_if_fail (DROVER_IS_CONFIG (self), FALSE);

  if (drover_config_get_arguments (self) == NULL)
    return FALSE;

  arguments =
    drover_setting_write (setting, drover_config_get_arguments (self), scope, text, &error);
  if (arguments == NULL)
    return report (self, error);

  merge = scope != NULL ? g_strdup_printf ("%s/%d/%d/%d", setting->id, scope->front, scope->back,
                                           scope->file)
                        : g_strdup (setting->id);
  return drover_config_apply (self, arguments, _(setting->title), merge);
}

/**
 * drover_config_apply:
 * @arguments: (element-type DroverArgument): the new list; not to be changed afterwards
 * @label: what the change is, for the undo menu
 * @merge: (nullable): see drover_editor_apply()
 *
 * Changes the arguments; a failure to write them is told by #DroverConfig::failed.
 *
 * Returns: whether the machine now has these arguments
 */
gboolean
drover_config_apply (DroverConfig *self, GPtrArray *arguments, const char *label,
                     const char *merge)
{
  GError *error = NULL;

  g_return_val_if_fail (DROVER_IS_CONFIG (self), FALSE);

  if (drover_config_get_arguments (self) == NULL)
    return FALSE;

  drover_editor_apply_arguments (self->editor, arguments, label, merge, &error);
  return report (self, error);
}

/**
 * drover_config_apply_with_file:
 * @arguments: (element-type DroverArgument): the new list; not to be changed afterwards
 * @name: of a file in the machine's folder that Drover made for them
 * @label: what the change is, for the undo menu
 *
 * Changes the arguments, and puts the file on record, so that it goes with the machine when that
 * is deleted; a failure to write them is told by #DroverConfig::failed.
 *
 * Returns: whether the machine now has these arguments
 */
gboolean
drover_config_apply_with_file (DroverConfig *self, GPtrArray *arguments, const char *name,
                               const char *label)
{
  g_autoptr (DroverDocument) with_arguments = NULL;
  g_autoptr (DroverDocument) document = NULL;
  GError *error = NULL;

  g_return_val_if_fail (DROVER_IS_CONFIG (self), FALSE);

  if (drover_config_get_arguments (self) == NULL)
    return FALSE;

  with_arguments =
    drover_document_with_arguments (drover_editor_get_document (self->editor), arguments);
  document = drover_own_files_add (with_arguments, (const char *const[]) { name, NULL });
  drover_editor_apply (self->editor, document, label, NULL, &error);
  return report (self, error);
}

/**
 * drover_config_select:
 * @argument: index of an argument, or -1 for nothing
 * @start: where in its value the chosen token begins
 * @end: where it ends; equal to @start for the whole argument
 *
 * Chooses a token of the command line; the views that show it follow.
 */
void
drover_config_select (DroverConfig *self, int argument, gsize start, gsize end)
{
  g_return_if_fail (DROVER_IS_CONFIG (self));

  if (self->argument == argument && self->start == start && self->end == end)
    return;

  self->argument = argument;
  self->start = start;
  self->end = end;
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

/**
 * drover_config_get_selection:
 * @argument: (out) (optional): index of the chosen argument, -1 for none
 * @start: (out) (optional): where in its value the chosen token begins
 * @end: (out) (optional): where it ends
 */
void
drover_config_get_selection (DroverConfig *self, int *argument, gsize *start, gsize *end)
{
  g_return_if_fail (DROVER_IS_CONFIG (self));

  if (argument != NULL)
    *argument = self->argument;
  if (start != NULL)
    *start = self->start;
  if (end != NULL)
    *end = self->end;
}
