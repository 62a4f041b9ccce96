/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "drover-autostart.h"
#include "drover-dex.h"
#include "drover-error.h"
#include "drover-paths.h"

/* A machine that starts with the user's session has one small file that says so, named by its
 * uuid: a unit of the user's systemd, else an entry of the desktop's autostart folder. The file is
 * the truth; nothing else remembers it. It runs droverctl with the uuid, so that it stays right
 * when the machine is renamed. */

/* How long a guest may take to shut down at the end of a session; systemd waits a little more. */
#define STOP_SECONDS 60

/* The unit hangs on this where the desktop has it: a guest may have a window. */
#define GRAPHICAL "graphical-session.target"

typedef enum
{
  KIND_GRAPHICAL, /* systemd, when the desktop is there */
  KIND_DEFAULT,   /* systemd, without a desktop, as over SSH */
  KIND_ENTRY,     /* the autostart folder */
  N_KINDS
} Kind;

static const struct
{
  const char *folder; /* below the user's folder of settings */
  const char *suffix;
  const char *target; /* (nullable): which the unit hangs on */
} kinds[N_KINDS] = {
  [KIND_GRAPHICAL] = { "systemd/user", ".service", GRAPHICAL },
  [KIND_DEFAULT] = { "systemd/user", ".service", "default.target" },
  [KIND_ENTRY] = { "autostart", ".desktop", NULL },
};

/* Behind it comes the folder of the machines that wrote the file, for drover_autostart_sweep(). */
#define FOLDER_KEY "X-Drover-Machines="

static char *
dup_path (Kind kind, const char *uuid)
{
  g_autofree char *name = g_strdup_printf ("drover-%s%s", uuid, kinds[kind].suffix);

  return g_build_filename (g_get_user_config_dir (), kinds[kind].folder, name, NULL);
}

/* What `systemctl --user enable` makes. */
static char *
dup_link (Kind kind, const char *uuid)
{
  g_autofree char *name = g_strdup_printf ("drover-%s%s", uuid, kinds[kind].suffix);
  g_autofree char *wants = g_strconcat (kinds[kind].target, ".wants", NULL);

  return g_build_filename (g_get_user_config_dir (), kinds[kind].folder, wants, name, NULL);
}

static gboolean
is_link (const char *path)
{
  return g_file_test (path, G_FILE_TEST_IS_SYMLINK);
}

/* Returns: the kind of the file that there is, or N_KINDS */
static Kind
find_kind (const char *uuid)
{
  for (Kind kind = 0; kind < N_KINDS; kind++)
    {
      g_autofree char *path = dup_path (kind, uuid);
      g_autofree char *link = kinds[kind].target != NULL ? dup_link (kind, uuid) : NULL;

      if (g_file_test (path, G_FILE_TEST_EXISTS) && (link == NULL || is_link (link)))
        return kind;
    }

  return N_KINDS;
}

/* Its text */

/* Of a name, so that it is one line and means nothing to who reads it. */
static char *
dup_plain (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *plain = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      g_string_append_c (plain, ' ');
    else
      g_string_append_unichar (plain, g_utf8_get_char (p));

  return g_string_free_and_steal (plain);
}

static void
double_each (char **text, const char *special)
{
  GString *doubled = g_string_new (NULL);

  for (const char *p = *text; *p != '\0'; p++)
    {
      if (strchr (special, *p) != NULL)
        g_string_append_c (doubled, *p);
      g_string_append_c (doubled, *p);
    }
  g_free (*text);
  *text = g_string_free_and_steal (doubled);
}

/* systemd.service(5) and the Desktop Entry Specification agree on quotes and backslashes; each has
 * a sign of its own that begins a variable. */
static char *
dup_quoted (const char *word, gboolean unit)
{
  GString *quoted = g_string_new ("\"");

  for (const char *p = word; *p != '\0'; p++)
    {
      if (strchr ("\"\\", *p) != NULL || (!unit && strchr ("$`", *p) != NULL))
        /* In a desktop entry the string itself has backslashes already. */
        g_string_append (quoted, unit ? "\\" : "\\\\");
      if (*p == '%' || (unit && *p == '$') || (!unit && *p == '\\'))
        g_string_append_c (quoted, *p);
      g_string_append_c (quoted, *p);
    }

  g_string_append_c (quoted, '"');
  return g_string_free_and_steal (quoted);
}

/* The program beside the one that runs, else the one that is found by its name. */
static char *
find_droverctl (GError **error)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *beside = folder != NULL ? g_build_filename (folder, "droverctl", NULL) : NULL;
  char *found;

  if (beside != NULL && g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&beside);

  found = g_find_program_in_path ("droverctl");
  if (found == NULL)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_PROGRAM_MISSING,
                 _("droverctl, which starts machines without the window, is not installed"));
  return found;
}

static char *
dup_unit (DroverDocument *document, Kind kind, const char *droverctl, const char *machines)
{
  const char *uuid = drover_document_get_uuid (document);
  g_autofree char *name = dup_plain (drover_document_get_name (document));
  g_autofree char *program = dup_quoted (droverctl, TRUE);
  gboolean shut_down = drover_session_end_shuts_down (document);
  g_autofree char *stop = g_strdup_printf ("ExecStop=%s shutdown %s --wait --timeout=%d\n", program,
                                           uuid, STOP_SECONDS);
  GString *text = g_string_new (NULL);

  double_each (&name, "%");
  g_string_printf (text, "# Made by Drover, which also removes it.\n[Unit]\nDescription=Drover: %s\n%s%s\n",
                   name, FOLDER_KEY, machines);
  if (kind == KIND_GRAPHICAL)
    g_string_append_printf (text, "PartOf=%s\nAfter=%s\n", GRAPHICAL, GRAPHICAL);

  /* droverctl ends and QEMU stays. That the machine runs already is as good. */
  g_string_append_printf (text,
                          "\n[Service]\nType=oneshot\nRemainAfterExit=yes\nSuccessExitStatus=5\n"
                          "ExecStart=%s start %s\n%sTimeoutStopSec=%d\nKillMode=%s\n"
                          "\n[Install]\nWantedBy=%s\n",
                          program, uuid, shut_down ? stop : "", STOP_SECONDS + 15,
                          shut_down ? "mixed" : "process", kinds[kind].target);
  return g_string_free_and_steal (text);
}

static char *
dup_entry (DroverDocument *document, const char *droverctl, const char *machines)
{
  g_autofree char *name = dup_plain (drover_document_get_name (document));
  g_autofree char *program = dup_quoted (droverctl, FALSE);

  double_each (&name, "\\");
  return g_strdup_printf ("# Made by Drover, which also removes it.\n[Desktop Entry]\n"
                          "Type=Application\nName=Drover: %s\nExec=%s start %s\nIcon=%s\n"
                          "Terminal=false\nNoDisplay=true\n%s%s\n",
                          name, program, drover_document_get_uuid (document), APP_ID, FOLDER_KEY,
                          machines);
}

static char *
dup_text (DroverDocument *document, Kind kind, GError **error)
{
  g_autofree char *droverctl = find_droverctl (error);
  g_autofree char *machines = drover_paths_dup_machines_dir ();

  if (droverctl == NULL)
    return NULL;

  return kind == KIND_ENTRY ? dup_entry (document, droverctl, machines)
                            : dup_unit (document, kind, droverctl, machines);
}

/* Making it */

static gboolean
make_link (Kind kind, const char *uuid, GError **error)
{
  g_autofree char *link = dup_link (kind, uuid);
  g_autofree char *folder = g_path_get_dirname (link);
  g_autofree char *target = g_strdup_printf ("../drover-%s%s", uuid, kinds[kind].suffix);

  if (g_mkdir_with_parents (folder, 0755) != 0 ||
      (symlink (target, link) != 0 && errno != EEXIST))
    return drover_set_errno_error (error, _("Cannot make %s"), link);

  return TRUE;
}

static gboolean
write_file (DroverDocument *document, Kind kind, GError **error)
{
  const char *uuid = drover_document_get_uuid (document);
  g_autofree char *path = dup_path (kind, uuid);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *text = dup_text (document, kind, error);

  if (text == NULL)
    return FALSE;
  if (g_mkdir_with_parents (folder, 0755) != 0)
    return drover_set_errno_error (error, _("Cannot make %s"), folder);

  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, error) &&
         (kinds[kind].target == NULL || make_link (kind, uuid, error));
}

/* Returns: whether there was one */
static gboolean
remove_files (const char *uuid)
{
  gboolean removed = FALSE;

  for (Kind kind = 0; kind < N_KINDS; kind++)
    {
      g_autofree char *path = dup_path (kind, uuid);
      g_autofree char *link = kinds[kind].target != NULL ? dup_link (kind, uuid) : NULL;

      if (link != NULL && g_unlink (link) == 0)
        {
          g_autofree char *folder = g_path_get_dirname (link);

          /* Where it was only made for this. */
          g_rmdir (folder);
        }
      removed |= g_unlink (path) == 0;
    }

  return removed;
}

/* Whether this user has a systemd of his own, sd_booted(3)'s way. */
static gboolean
has_systemd (void)
{
  g_autofree char *socket = g_build_filename (g_get_user_runtime_dir (), "systemd", "private", NULL);

  return g_file_test (socket, G_FILE_TEST_EXISTS);
}

static DexFuture *
call_systemctl (const char *command, const char *unit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) program =
    g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                      &error, "systemctl", "--user", "--quiet", command, unit, NULL);

  if (program == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_subprocess_wait_check (program);
}

/* systemd reads a file again when it is told to, or begins anew. */
static void
tell_systemd (void)
{
  if (has_systemd ())
    drover_dex_forget (call_systemctl ("daemon-reload", NULL));
}

/* Not every desktop reaches systemd's target of graphical sessions, but all of them have the
 * autostart folder. Called in a fiber. */
static Kind
choose_kind (void)
{
  if (!has_systemd ())
    return KIND_ENTRY;
  if (dex_await (call_systemctl ("is-active", GRAPHICAL), NULL))
    return KIND_GRAPHICAL;

  return g_getenv ("DISPLAY") != NULL || g_getenv ("WAYLAND_DISPLAY") != NULL ? KIND_ENTRY
                                                                              : KIND_DEFAULT;
}

static DexFuture *
switch_on_fiber (gpointer user_data)
{
  DroverDocument *document = user_data;
  Kind kind = choose_kind ();
  g_autoptr (GError) error = NULL;

  remove_files (drover_document_get_uuid (document));
  if (!write_file (document, kind, &error))
    {
      remove_files (drover_document_get_uuid (document));
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  tell_systemd ();
  return dex_future_new_true ();
}

/**
 * drover_autostart_set:
 * @machine: a machine whose file is sound
 * @on: whether it is to start with the user's session
 *
 * Makes or removes the file that says so, see drover_autostart_dup_file().
 *
 * Returns: (transfer full): a future that is resolved when that is done
 */
DexFuture *
drover_autostart_set (DroverMachine *machine, gboolean on)
{
  DroverDocument *document;

  dex_return_error_if_fail (DROVER_IS_MACHINE (machine));

  document = drover_machine_get_document (machine);
  if (document == NULL)
    return dex_future_new_for_error (g_error_copy (drover_machine_get_error (machine)));
  if (on)
    return drover_dex_spawn (switch_on_fiber, drover_document_ref (document),
                             (GDestroyNotify) drover_document_unref);

  drover_autostart_remove (drover_document_get_uuid (document));
  return dex_future_new_true ();
}

/**
 * drover_autostart_remove:
 * @uuid: a machine's, which may be gone
 *
 * It does not start with the session any more.
 */
void
drover_autostart_remove (const char *uuid)
{
  if (remove_files (uuid))
    tell_systemd ();
}

/**
 * drover_autostart_dup_file:
 *
 * Returns: (transfer full) (nullable): the file by which the machine starts with the session;
 *   %NULL when it does not
 */
char *
drover_autostart_dup_file (DroverMachine *machine)
{
  DroverDocument *document = drover_machine_get_document (machine);
  const char *uuid = document != NULL ? drover_document_get_uuid (document) : NULL;
  Kind kind = uuid != NULL ? find_kind (uuid) : N_KINDS;

  return kind < N_KINDS ? dup_path (kind, uuid) : NULL;
}

/**
 * drover_autostart_renew:
 *
 * Writes the machine's file anew when its name, or what is to become of it at the end of the
 * session, or droverctl's place, is not what the file says.
 */
void
drover_autostart_renew (DroverMachine *machine)
{
  DroverDocument *document = drover_machine_get_document (machine);
  g_autofree char *path = drover_autostart_dup_file (machine);
  g_autofree char *before = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  Kind kind;

  if (path == NULL || !g_file_get_contents (path, &before, NULL, NULL))
    return;

  kind = find_kind (drover_document_get_uuid (document));
  text = dup_text (document, kind, &error);
  if (text == NULL || g_str_equal (text, before))
    return;

  if (write_file (document, kind, &error))
    tell_systemd ();
  else
    g_warning ("%s", error->message);
}

/* What became nobody's */

static gboolean
is_ours (const char *path)
{
  g_autofree char *machines = drover_paths_dup_machines_dir ();
  g_autofree char *line = g_strdup_printf ("\n%s%s\n", FOLDER_KEY, machines);
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && strstr (text, line) != NULL;
}

/* Returns: (transfer full) (nullable): the uuid in the name of such a file */
static char *
dup_uuid (const char *name, const char *suffix)
{
  g_autofree char *uuid = NULL;

  if (!g_str_has_prefix (name, "drover-") || !g_str_has_suffix (name, suffix))
    return NULL;

  uuid = g_strndup (name + strlen ("drover-"), strlen (name) - strlen ("drover-") - strlen (suffix));
  return g_uuid_string_is_valid (uuid) ? g_steal_pointer (&uuid) : NULL;
}

static void
sweep_folder (DroverLibrary *library, Kind kind)
{
  g_autofree char *folder =
    g_build_filename (g_get_user_config_dir (), kinds[kind].folder, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *uuid = dup_uuid (name, kinds[kind].suffix);

      if (uuid != NULL && is_ours (path) && drover_library_find (library, uuid, NULL) == NULL)
        drover_autostart_remove (uuid);
    }
}

/**
 * drover_autostart_sweep:
 * @library: the user's machines
 *
 * Removes the files of machines that are not there any more, as when their folder was deleted by
 * hand, and renews the others. While the file of any machine is broken nothing is removed: it
 * could be the one. Nor is it when there is no machine at all: where they lie may only not be
 * mounted yet.
 */
void
drover_autostart_sweep (DroverLibrary *library)
{
  gboolean all_known = g_list_model_get_n_items (G_LIST_MODEL (library)) > 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (library)); i++)
    {
      g_autoptr (DroverMachine) machine = g_list_model_get_item (G_LIST_MODEL (library), i);

      all_known &= drover_machine_get_document (machine) != NULL;
      drover_autostart_renew (machine);
    }

  for (Kind kind = KIND_DEFAULT; all_known && kind < N_KINDS; kind++)
    sweep_folder (library, kind);
}

/* The end of a session */

/**
 * drover_session_end_shuts_down:
 *
 * Returns: whether the guest is to be shut down when the user's session ends
 */
gboolean
drover_session_end_shuts_down (DroverDocument *document)
{
  JsonNode *node = drover_document_get_member (document, DROVER_MEMBER_SESSION_END);

  return node == NULL || json_node_get_value_type (node) != G_TYPE_STRING ||
         !g_str_equal (json_node_get_string (node), DROVER_SESSION_END_LEAVE);
}

/**
 * drover_session_end_with:
 * @shut_down: see drover_session_end_shuts_down()
 *
 * Returns: (transfer full): @document with that
 */
DroverDocument *
drover_session_end_with (DroverDocument *document, gboolean shut_down)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_VALUE);

  json_node_set_string (node, DROVER_SESSION_END_LEAVE);
  return drover_document_with_member (document, DROVER_MEMBER_SESSION_END,
                                      shut_down ? NULL : node);
}
