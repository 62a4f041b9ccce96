/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "drover-dex.h"
#include "drover-error.h"
#include "drover-image.h"
#include "drover-install-key.h"
#include "drover-install-reader.h"
#include "drover-install-private.h"
#include "drover-launch-plan.h"
#include "drover-paths.h"

/* How often the console's log is looked at. Its socket belongs to whoever shows the console. */
#define LOOK_MSEC 500

/* So much of a log is read at a time. */
#define READ_SIZE (256 * 1024)

/* A disk whose image takes less than this has never been written to: an empty qcow2 image has
 * some 200 KiB. */
#define EMPTY_DISK_SIZE (1024 * 1024)

/* The installation of one machine: follows it while it runs, and when it is over takes the
 * installer's medium out of the machine. What is on record in machine.json and what the console's
 * log says is all that it needs, so it goes on where another program stopped. */
struct _DroverInstall
{
  GObject parent_instance;

  DroverRun *run; /* it holds us */
  DroverInstallReader *reader;
  goffset read; /* of the log */
  guint source;
  DexPromise *settled; /* (nullable): while it is being settled */
  gboolean again;      /* something happened since it began */
  gboolean was_live;   /* we saw it run */
  DexFuture *pressing; /* while a key is pressed for the installer's disc */
  char *key_error;     /* why none can be pressed */

  DroverInstallState state;
  char *text;
  double fraction;
  gboolean asking;
  char *error;
};

G_DEFINE_FINAL_TYPE (DroverInstall, drover_install, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_STATE,
  PROP_TEXT,
  PROP_FRACTION,
  PROP_ASKING,
  N_PROPS
};

enum
{
  FINISHED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* --- the object ------------------------------------------------------------------------------- */

static void
drover_install_dispose (GObject *object)
{
  DroverInstall *self = DROVER_INSTALL (object);

  g_clear_handle_id (&self->source, g_source_remove);
  dex_clear (&self->pressing);
  dex_clear (&self->settled);
  self->run = NULL;

  G_OBJECT_CLASS (drover_install_parent_class)->dispose (object);
}

static void
drover_install_finalize (GObject *object)
{
  DroverInstall *self = DROVER_INSTALL (object);

  g_clear_pointer (&self->reader, drover_install_reader_free);
  g_free (self->text);
  g_free (self->error);
  g_free (self->key_error);

  G_OBJECT_CLASS (drover_install_parent_class)->finalize (object);
}

static void
drover_install_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  DroverInstall *self = DROVER_INSTALL (object);

  switch (prop_id)
    {
    case PROP_STATE:
      g_value_set_uint (value, self->state);
      break;
    case PROP_TEXT:
      g_value_set_string (value, self->text);
      break;
    case PROP_FRACTION:
      g_value_set_double (value, self->fraction);
      break;
    case PROP_ASKING:
      g_value_set_boolean (value, self->asking);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
drover_install_class_init (DroverInstallClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = drover_install_dispose;
  object_class->finalize = drover_install_finalize;
  object_class->get_property = drover_install_get_property;

  /**
   * DroverInstall:state:
   *
   * A #DroverInstallState.
   */
  properties[PROP_STATE] =
    g_param_spec_uint ("state", NULL, NULL, 0, DROVER_INSTALL_STATE_FAILED, 0,
                       G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * DroverInstall:text:
   *
   * What the installer does, in its own words, or what became of it, translated.
   */
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "",
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * DroverInstall:fraction:
   *
   * How much of the step that `text` names is done, 0 to 1; negative when that is not known.
   */
  properties[PROP_FRACTION] =
    g_param_spec_double ("fraction", NULL, NULL, -1, 1, -1,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * DroverInstall:asking:
   *
   * Whether the installer waits for an answer, to be typed on its console.
   */
  properties[PROP_ASKING] = g_param_spec_boolean ("asking", NULL, NULL, FALSE,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * DroverInstall::finished:
   *
   * The installation is over, well or not, and the machine was started again if that was asked
   * for: see `state` and `text`.
   */
  signals[FINISHED] = g_signal_new ("finished", DROVER_TYPE_INSTALL, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
}

static void
drover_install_init (DroverInstall *self)
{
  self->text = g_strdup ("");
  self->fraction = -1;
}

static void
set_progress (DroverInstall *self, const char *text, double fraction, gboolean asking)
{
  g_object_freeze_notify (G_OBJECT (self));
  if (g_set_str (&self->text, text))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
  if (!G_APPROX_VALUE (self->fraction, fraction, 0.0001))
    {
      self->fraction = fraction;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRACTION]);
    }
  if (self->asking != asking)
    {
      self->asking = asking;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ASKING]);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

static void
set_state (DroverInstall *self, DroverInstallState state)
{
  if (self->state == state)
    return;

  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static DroverDocument *
get_document (DroverInstall *self)
{
  return drover_machine_get_document (drover_run_get_machine (self->run));
}

/* --- the console's log ------------------------------------------------------------------------ */

static char *
dup_log_path (DroverInstall *self)
{
  DroverMachine *machine = drover_run_get_machine (self->run);
  g_autofree char *log_dir = drover_paths_dup_log_dir (drover_machine_get_slug (machine));
  g_autoptr (DroverLaunchPlan) plan =
    drover_launch_plan_new (drover_machine_get_document (machine), "", log_dir, NULL);

  if (plan->consoles->len == 0)
    return NULL;

  return g_canonicalize_filename (((DroverConsolePlan *) plan->consoles->pdata[0])->log,
                                  drover_machine_get_directory (machine));
}

static void
begin_reading (DroverInstall *self)
{
  g_clear_pointer (&self->reader, drover_install_reader_free);
  self->reader = drover_install_reader_new ();
  self->read = 0;
}

static gboolean
read_more (DroverInstall *self)
{
  g_autofree char *path = dup_log_path (self);
  g_autoptr (GFile) file = path != NULL ? g_file_new_for_path (path) : NULL;
  g_autoptr (GFileInputStream) stream = file != NULL ? g_file_read (file, NULL, NULL) : NULL;
  g_autofree char *buffer = g_malloc (READ_SIZE);
  gsize length = 0;

  if (stream == NULL ||
      !g_seekable_seek (G_SEEKABLE (stream), self->read, G_SEEK_SET, NULL, NULL) ||
      !g_input_stream_read_all (G_INPUT_STREAM (stream), buffer, READ_SIZE, &length, NULL, NULL))
    return FALSE;

  self->read += length;
  drover_install_reader_feed (self->reader, buffer, length);
  return length > 0;
}

/* What there is to say before the installer says anything. */
static char *
dup_silent_text (DroverInstall *self)
{
  if (self->key_error != NULL)
    return g_strdup_printf (_("The installer’s disc waits for a key, and Drover cannot press one "
                              "(%s): press one on the machine’s screen"), self->key_error);
  if (self->pressing != NULL)
    return g_strdup (_("The installer’s disc waits for a key; Drover presses it, this time only"));
  if (_drover_install_get_key_drive (get_document (self)) != NULL)
    return g_strdup (_("The installer was started; it is on the machine’s screen"));

  return g_strdup (_("The installer starts"));
}

static void
show_reading (DroverInstall *self)
{
  g_autofree char *question = NULL;
  g_autofree char *silent = NULL;

  if (self->state != DROVER_INSTALL_STATE_RUNNING || self->reader == NULL)
    return;
  if (self->reader->asking)
    question = g_strdup_printf (_("The installer asks on its console: %s"), self->reader->text);

  if (self->reader->text == NULL)
    {
      silent = dup_silent_text (self);
      set_progress (self, silent, -1, FALSE);
    }
  else
    set_progress (self, question != NULL ? question : self->reader->text, self->reader->fraction,
                  self->reader->asking);
}

static gboolean
look_cb (gpointer user_data)
{
  DroverInstall *self = user_data;

  if (self->run == NULL || drover_run_is_off (self->run) ||
      self->state != DROVER_INSTALL_STATE_RUNNING)
    {
      self->source = 0;
      return G_SOURCE_REMOVE;
    }

  if (read_more (self))
    show_reading (self);
  return G_SOURCE_CONTINUE;
}

static void
follow (DroverInstall *self)
{
  if (self->source != 0)
    return;

  begin_reading (self);
  while (read_more (self))
    ;
  show_reading (self);
  self->source = g_timeout_add (LOOK_MSEC, look_cb, self);
}

/* --- the key that the disc waits for ------------------------------------------------------- */

static DexFuture *
pressed_cb (DexFuture *future, gpointer user_data)
{
  GWeakRef *weak = user_data;
  g_autoptr (DroverInstall) self = g_weak_ref_get (weak);
  g_autoptr (GError) error = NULL;

  dex_future_get_value (future, &error);
  if (self == NULL || self->run == NULL)
    return dex_future_new_true ();

  dex_clear (&self->pressing);
  g_set_str (&self->key_error, error != NULL ? error->message : NULL);
  show_reading (self);
  return dex_future_new_for_boolean (error == NULL);
}

static void
weak_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
press_key (DroverInstall *self)
{
  g_autofree char *drive = g_strdup (_drover_install_get_key_drive (get_document (self)));
  g_autoptr (GError) error = NULL;
  GWeakRef *weak;

  if (drive == NULL || self->pressing != NULL ||
      drover_install_key_look (self->run, drive, &error) == DROVER_INSTALL_KEY_OVER)
    {
      g_set_str (&self->key_error, error != NULL ? error->message : NULL);
      return;
    }

  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  g_clear_pointer (&self->key_error, g_free);
  self->pressing = dex_future_finally (drover_install_key_press (self->run, drive), pressed_cb,
                                       weak, weak_free);
}

/**
 * drover_install_when_begun:
 *
 * Some installers' discs wait for a key, which Drover presses. Whoever starts a machine and then
 * leaves must wait for that.
 *
 * Returns: (transfer full): a future of %TRUE, resolved when the installer needs no key (any more),
 *   and of %FALSE when none can be pressed: the text says why
 */
DexFuture *
drover_install_when_begun (DroverInstall *self)
{
  dex_return_error_if_fail (DROVER_IS_INSTALL (self));
  return self->pressing != NULL ? dex_ref (self->pressing)
                                : dex_future_new_for_boolean (self->key_error == NULL);
}

/**
 * drover_install_get_presses_key:
 *
 * Returns: whether a key is being pressed for the installer's disc
 */
gboolean
drover_install_get_presses_key (DroverInstall *self)
{
  g_return_val_if_fail (DROVER_IS_INSTALL (self), FALSE);
  return self->pressing != NULL;
}

/* --- how it ended ----------------------------------------------------------------------------- */

/* Those whose answers make them say on the console that they are through. Others only switch the
 * machine off. */
static gboolean
says_when_installed (DroverDocument *document)
{
  static const char *const kinds[] = { "preseed", NULL };
  const char *kind = _drover_install_get_text (document, "kind");

  return kind != NULL && g_strv_contains (kinds, kind);
}

static gboolean
is_disk_empty (DroverInstall *self)
{
  const char *directory = drover_machine_get_directory (drover_run_get_machine (self->run));
  g_autofree char *path = g_build_filename (directory, "disk.qcow2", NULL);
  g_autoptr (DroverImageInfo) info = dex_await_boxed (drover_image_inspect (path), NULL);

  return info != NULL && info->actual_size < EMPTY_DISK_SIZE;
}

/* Returns: NULL when it went well, else why not. */
static char *
judge (DroverInstall *self, DroverDocument *document)
{
  const char *reason = drover_run_get_shutdown_reason (self->run);
  const GError *error = drover_run_get_error (self->run);

  if (self->reader->installed)
    return NULL;
  if (error != NULL)
    return g_strdup_printf (_("QEMU ended while the system was being installed: %s"),
                            error->message);
  if (self->reader->asking)
    return g_strdup_printf (_("The machine was switched off while the installer asked: %s"),
                            self->reader->text);
  if (is_disk_empty (self))
    return g_strdup (_("The machine was switched off before anything was written to its disk."));
  if (!says_when_installed (document) &&
      (g_strcmp0 (reason, "guest-shutdown") == 0 || g_strcmp0 (reason, "guest-reset") == 0))
    return NULL;
  if (self->reader->text != NULL)
    return g_strdup_printf (_("The machine was switched off before the system was installed; the "
                              "installer was at: %s"), self->reader->text);

  return g_strdup (_("The machine was switched off before the system was installed."));
}

/* What only the installation needed: the answers have a hash of the user's password in them. */
static void
remove_files (DroverInstall *self, DroverDocument *before, DroverDocument *after)
{
  const char *folder = drover_machine_get_folder (drover_run_get_machine (self->run));
  GPtrArray *arguments = drover_document_get_arguments (before);
  static const char *const names[] = { "initrd-answers.gz", "seed.iso", "vmlinuz", "initrd" };
  g_auto (GStrv) argv = drover_document_dup_argv (after);
  g_autofree char *rest = g_strjoinv ("\n", argv);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint j = 0; j < arguments->len; j++)
      {
        const char *value = drover_argument_get_value (arguments->pdata[j]);
        g_autofree char *path = g_build_filename (folder, names[i], NULL);

        if (!_drover_install_is_argument (arguments->pdata[j]) || value == NULL ||
            strstr (value, names[i]) == NULL || strstr (rest, names[i]) != NULL)
          continue;
        if (g_str_equal (value, names[i]) || strstr (value, "filename=") != NULL ||
            strstr (value, "file=") != NULL)
          g_unlink (path);
      }
}

static gboolean
save (DroverInstall *self, DroverDocument *document, GError **error)
{
  return drover_machine_save (drover_run_get_machine (self->run), document, error);
}

static gboolean
save_end (DroverInstall *self, DroverDocument *document, const char *failure, GError **error)
{
  g_autoptr (DroverDocument) rest = failure == NULL ? _drover_install_without_installer (document) : NULL;
  g_autoptr (DroverDocument) ended =
    _drover_install_with_state (rest != NULL ? rest : document,
                rest != NULL ? DROVER_INSTALL_STATE_FINISHED : DROVER_INSTALL_STATE_FAILED,
                failure);

  if (!save (self, ended, error))
    return FALSE;
  if (rest != NULL)
    remove_files (self, document, ended);
  return TRUE;
}

static void
show_end (DroverInstall *self)
{
  DroverDocument *document = get_document (self);
  g_autofree char *failed = NULL;

  g_set_str (&self->error, _drover_install_get_text (document, "error"));
  if (self->state == DROVER_INSTALL_STATE_FINISHED)
    {
      set_progress (self, _("The system is installed. The installer’s medium was taken out of the "
                            "machine."), 1, FALSE);
      return;
    }

  if (self->error != NULL)
    failed = g_strdup_printf (_("The system was not installed. %s Start the machine to try again: "
                                "the installer begins anew and overwrites the machine’s disk."),
                              self->error);
  else
    failed = g_strdup (_("The system was not installed. Start the machine to try again: the "
                         "installer begins anew and overwrites the machine’s disk."));
  set_progress (self, failed, -1, FALSE);
}

/* --- settling --------------------------------------------------------------------------------- */

static gboolean
settle_end (DroverInstall *self, GError **error)
{
  g_autoptr (DroverDocument) document = drover_document_ref (get_document (self));
  g_autofree char *failure = NULL;
  gboolean start = self->was_live && _drover_install_starts_again (document);

  begin_reading (self);
  while (read_more (self))
    ;
  failure = judge (self, document);

  /* Meanwhile it may have been started or changed by somebody, who will look himself. */
  if (!drover_run_is_off (self->run) || get_document (self) == NULL ||
      !drover_document_equal (get_document (self), document))
    return TRUE;
  if (!save_end (self, document, failure, error))
    return FALSE;

  set_state (self, drover_document_get_install_state (get_document (self)));
  show_end (self);
  self->was_live = FALSE;
  if (failure == NULL && start)
    dex_await (drover_run_start (self->run, FALSE), error);
  g_signal_emit (self, signals[FINISHED], 0);
  return *error == NULL;
}

static gboolean
settle (DroverInstall *self, GError **error)
{
  DroverDocument *document = get_document (self);
  DroverInstallState state = document != NULL ? drover_document_get_install_state (document)
                                              : DROVER_INSTALL_STATE_NONE;
  gboolean is_off = drover_run_is_off (self->run);

  if (!is_off && document != NULL && _drover_install_has_installer (document) &&
      (state == DROVER_INSTALL_STATE_PENDING || state == DROVER_INSTALL_STATE_FAILED))
    {
      g_autoptr (DroverDocument) begun =
        _drover_install_with_state (document, DROVER_INSTALL_STATE_RUNNING, NULL);

      if (!save (self, begun, error))
        return FALSE;
      state = DROVER_INSTALL_STATE_RUNNING;
    }

  set_state (self, state);
  if (state == DROVER_INSTALL_STATE_RUNNING && !is_off)
    {
      self->was_live = TRUE;
      press_key (self);
      follow (self);
    }
  if (state == DROVER_INSTALL_STATE_FAILED)
    show_end (self);

  /* One that was started and ended while nobody looked was never put on record. */
  if (is_off && (state == DROVER_INSTALL_STATE_RUNNING ||
                 (state == DROVER_INSTALL_STATE_PENDING && drover_run_was_started (self->run))))
    return settle_end (self, error);

  return TRUE;
}

static DexFuture *
settle_fiber (gpointer user_data)
{
  DroverRun *run = user_data;
  DroverInstall *self = drover_install_get_for_run (run);
  g_autoptr (DexPromise) settled = NULL;
  g_autoptr (GError) error = NULL;

  do
    {
      self->again = FALSE;
      g_clear_error (&error);
      settle (self, &error);
    }
  while (self->again);

  settled = g_steal_pointer (&self->settled);
  if (error != NULL)
    dex_promise_reject (settled, g_steal_pointer (&error));
  else
    dex_promise_resolve_boolean (settled, TRUE);
  return dex_future_new_true ();
}

/**
 * drover_install_settle:
 *
 * Brings machine.json up to what is so: that the installation began, or, of a machine that is off,
 * how it ended. Then the arguments of the phase %DROVER_PHASE_INSTALL go, and the files that only
 * they used; or the failure is noted. While this program runs it happens by itself.
 *
 * Returns: (transfer full): a future of %TRUE; rejected when machine.json cannot be written
 */
DexFuture *
drover_install_settle (DroverInstall *self)
{
  dex_return_error_if_fail (DROVER_IS_INSTALL (self));

  self->again = TRUE;
  if (self->settled == NULL)
    {
      self->settled = dex_promise_new ();
      drover_dex_forget (drover_dex_spawn (settle_fiber, g_object_ref (self->run), g_object_unref));
    }
  return dex_ref (DEX_FUTURE (self->settled));
}

static void
state_changed_cb (DroverRun *run, GParamSpec *pspec, DroverInstall *self)
{
  /* On its way up or down it is neither. */
  if (g_str_equal (drover_run_get_state (run), DROVER_STATE_STARTING))
    return;

  drover_dex_forget (drover_install_settle (self));
}

/**
 * drover_install_get_for_run:
 * @run: the run of a machine
 *
 * From the first call on the machine's installation is followed and put on record.
 *
 * Returns: (transfer none): the installation of @run's machine, which may be none; lives as long
 *   as @run
 */
DroverInstall *
drover_install_get_for_run (DroverRun *run)
{
  static const char key[] = "drover-install";
  DroverInstall *self;

  g_return_val_if_fail (DROVER_IS_RUN (run), NULL);

  self = g_object_get_data (G_OBJECT (run), key);
  if (self != NULL)
    return self;

  self = g_object_new (DROVER_TYPE_INSTALL, NULL);
  self->run = run;
  if (get_document (self) != NULL)
    self->state = drover_document_get_install_state (get_document (self));
  g_object_set_data_full (G_OBJECT (run), key, self, g_object_unref);
  g_signal_connect_object (run, "notify::state", G_CALLBACK (state_changed_cb), self,
                           G_CONNECT_DEFAULT);
  return self;
}

/**
 * drover_install_get_state:
 *
 * Returns: how far it is
 */
DroverInstallState
drover_install_get_state (DroverInstall *self)
{
  g_return_val_if_fail (DROVER_IS_INSTALL (self), DROVER_INSTALL_STATE_NONE);
  return self->state;
}

/**
 * drover_install_get_text:
 *
 * Returns: what the installer does, in its own words, or what became of it, translated; empty
 *   when there is nothing to say
 */
const char *
drover_install_get_text (DroverInstall *self)
{
  g_return_val_if_fail (DROVER_IS_INSTALL (self), NULL);
  return self->text;
}

/**
 * drover_install_get_fraction:
 *
 * Returns: how much of the step that the text names is done; negative when that is not known
 */
double
drover_install_get_fraction (DroverInstall *self)
{
  g_return_val_if_fail (DROVER_IS_INSTALL (self), -1);
  return self->fraction;
}

/**
 * drover_install_get_asking:
 *
 * Returns: whether the installer waits for an answer, to be typed on its console
 */
gboolean
drover_install_get_asking (DroverInstall *self)
{
  g_return_val_if_fail (DROVER_IS_INSTALL (self), FALSE);
  return self->asking;
}

/**
 * drover_install_get_error:
 *
 * Returns: (nullable): why it failed, translated when it was noted
 */
const char *
drover_install_get_error (DroverInstall *self)
{
  g_return_val_if_fail (DROVER_IS_INSTALL (self), NULL);
  return self->error;
}
