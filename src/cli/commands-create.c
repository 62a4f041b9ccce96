/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "drover-creation.h"
#include "drover-error.h"
#include "drover-hello.h"
#include "drover-json.h"
#include "drover-kernel-job.h"
#include "drover-launch-plan.h"
#include "drover-paths.h"
#include "drover-password.h"
#include "drover-shell.h"
#include "drover-templates.h"
#include "droverctl.h"

static char *option_hello;
static char *option_template;
static char *option_name;
static char *option_site;
static GStrv option_set;
static GStrv option_media;
static char *option_user;
static GStrv option_ssh_keys;
static gboolean option_password_stdin;
static gboolean option_no_download;
static gboolean option_dry_run;

static const GOptionEntry create_options[] = {
  { "template", 0, 0, G_OPTION_ARG_STRING, &option_template,
    N_("Make a machine from a template; “droverctl templates” lists them"), N_("TEMPLATE") },
  { "hello", 0, 0, G_OPTION_ARG_STRING, &option_hello,
    N_("Make a Hello World: Debian’s installer on aarch64 or x86_64"), N_("ARCHITECTURE") },
  { "name", 0, 0, G_OPTION_ARG_FILENAME, &option_name, N_("The machine’s name"), N_("NAME") },
  { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_set,
    N_("Choose something else than the template does; may be given several times"),
    N_("KEY=VALUE") },
  { "media", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &option_media,
    N_("A file to take instead of a download; with ID= in front where there are several"),
    N_("FILE") },
  { "user", 0, 0, G_OPTION_ARG_STRING, &option_user,
    N_("Install by itself, with an account for this user"), N_("USER") },
  { "ssh-key", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &option_ssh_keys,
    N_("A file with the user’s public SSH keys"), N_("FILE") },
  { "password-stdin", 0, 0, G_OPTION_ARG_NONE, &option_password_stdin,
    N_("Read the user’s password from standard input, one line"), NULL },
  { "no-download", 0, 0, G_OPTION_ARG_NONE, &option_no_download,
    N_("Take only what is here"), NULL },
  { "debian-site", 0, 0, G_OPTION_ARG_STRING, &option_site,
    N_("Where to download Debian’s kernel from when no package has it"), N_("ADDRESS") },
  { "dry-run", 0, 0, G_OPTION_ARG_NONE, &option_dry_run,
    N_("Only say what would be made"), NULL },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option_json, N_("Print JSON"), NULL },
  { NULL },
};

static void
print_created (DroverMachine *machine)
{
  g_autoptr (DroverRun) run = drover_run_new (machine, DROVER_CTL_SOCKET);

  if (option_json)
    print_json_take (describe_run (run));
  else
    g_print ("%s\n", drover_machine_get_slug (machine));
}

/* --- Hello World ------------------------------------------------------------------------------ */

static void
progress_cb (DroverKernelJob *job, GParamSpec *pspec, gpointer user_data)
{
  double fraction = drover_kernel_job_get_fraction (job);

  if (isatty (STDERR_FILENO) && fraction >= 0)
    g_printerr ("\r%s %3.0f %%  ", drover_kernel_job_get_text (job), fraction * 100);
}

static DroverDebianKernel *
await_kernel (const char *architecture, GError **error)
{
  g_autoptr (DroverKernelJob) job =
    drover_kernel_job_new (architecture, option_site != NULL ? option_site : DROVER_KERNEL_JOB_SITE);
  DroverDebianKernel *kernel;

  g_signal_connect (job, "notify::fraction", G_CALLBACK (progress_cb), NULL);
  kernel = dex_await_boxed (drover_kernel_job_run (job), error);
  if (isatty (STDERR_FILENO) && drover_kernel_job_get_fraction (job) >= 0)
    g_printerr ("\n");
  return kernel;
}

static gboolean
create_hello (Invocation *invocation, GError **error)
{
  g_autoptr (DroverDebianKernel) kernel = NULL;
  g_autoptr (DroverDocument) document = NULL;
  g_autofree char *name = NULL;
  DroverMachine *machine;

  if (drover_hello_get_default_name (option_hello) == NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("There is no Hello World for “%s”, only for aarch64 and x86_64"),
                   option_hello);
      return FALSE;
    }
  kernel = await_kernel (option_hello, error);
  if (kernel == NULL)
    return FALSE;

  name = option_name != NULL
           ? g_strdup (option_name)
           : drover_library_dup_free_name (invocation->library,
                                           drover_hello_get_default_name (option_hello));
  document = drover_hello_new_document (option_hello, name, kernel->kernel, kernel->initrd);
  machine = drover_library_create (invocation->library, document, error);
  if (machine == NULL)
    return FALSE;

  print_created (machine);
  return TRUE;
}

/* --- what --set may say ----------------------------------------------------------------------- */

static gboolean
bad_value (const char *key, const char *value, GError **error)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("“%s” is no value for “%s”"),
               value, key);
  return FALSE;
}

static gboolean
parse_size (const char *key, const char *value, guint64 *size, GError **error)
{
  static const char units[] = "KMGT";
  char *end;
  const char *unit;
  guint64 factor = 1;

  *size = g_ascii_isdigit (*value) ? g_ascii_strtoull (value, &end, 10) : 0;
  if (*size == 0)
    return bad_value (key, value, error);
  if (*end == '\0')
    return TRUE;

  unit = strchr (units, g_ascii_toupper (*end));
  if (unit == NULL || (end[1] != '\0' && !g_str_equal (end + 1, "iB") && !g_str_equal (end + 1, "B")))
    return bad_value (key, value, error);
  factor = (guint64) 1 << (10 * (unit - units + 1));
  return g_uint64_checked_mul (size, *size, factor) || bad_value (key, value, error);
}

static gboolean
parse_switch (const char *key, const char *value, gboolean *on, GError **error)
{
  *on = g_str_equal (value, "on");
  return *on || g_str_equal (value, "off") || bad_value (key, value, error);
}

typedef enum
{
  KEY_TEXT,
  KEY_SIZE,
  KEY_NUMBER,
  KEY_SWITCH,
  KEY_LIST,
} KeyKind;

/* A member of DroverCreationChoices or of DroverUnattended. */
typedef struct
{
  const char *name;
  KeyKind kind;
  gboolean of_answers;
  gsize offset;
} Key;

#define OF_CHOICES(member) FALSE, G_STRUCT_OFFSET (DroverCreationChoices, member)
#define OF_ANSWERS(member) TRUE, G_STRUCT_OFFSET (DroverUnattended, member)

static const Key keys[] = {
  { "architecture", KEY_TEXT, OF_CHOICES (architecture) },
  { "program", KEY_TEXT, OF_CHOICES (program) },
  { "memory", KEY_SIZE, OF_CHOICES (memory) },
  { "cpus", KEY_NUMBER, OF_CHOICES (cpus) },
  { "disk", KEY_SIZE, OF_CHOICES (disk) },
  { "firmware", KEY_TEXT, OF_CHOICES (firmware) },
  { "display", KEY_SWITCH, OF_CHOICES (display) },
  { "ssh-port", KEY_NUMBER, OF_CHOICES (ssh_port) },
  { "start-again", KEY_SWITCH, OF_CHOICES (start_again) },
  { "real-name", KEY_TEXT, OF_ANSWERS (real_name) },
  { "host-name", KEY_TEXT, OF_ANSWERS (host_name) },
  { "locale", KEY_TEXT, OF_ANSWERS (locale) },
  { "keyboard", KEY_TEXT, OF_ANSWERS (keyboard) },
  { "keyboard-variant", KEY_TEXT, OF_ANSWERS (keyboard_variant) },
  { "time-zone", KEY_TEXT, OF_ANSWERS (time_zone) },
  { "packages", KEY_LIST, OF_ANSWERS (packages) },
  { "mirror", KEY_TEXT, OF_ANSWERS (mirror) },
  { "security-mirror", KEY_TEXT, OF_ANSWERS (security_mirror) },
  { "desktop", KEY_SWITCH, OF_ANSWERS (desktop) },
  { "edition", KEY_TEXT, OF_ANSWERS (edition) },
  { "accept-licence", KEY_SWITCH, OF_ANSWERS (accept_licence) },
};

static const Key *
find_key (const char *name, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      if (g_str_equal (keys[i].name, name))
        return &keys[i];
      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", keys[i].name);
    }

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _("--set does not know “%s”, only: %s"), name, names->str);
  return NULL;
}

static gboolean
set_member (const Key *key, gpointer object, const char *value, GError **error)
{
  gpointer member = G_STRUCT_MEMBER_P (object, key->offset);
  guint64 number;

  switch (key->kind)
    {
    case KEY_TEXT:
      g_set_str ((char **) member, value);
      return TRUE;
    case KEY_SIZE:
      return parse_size (key->name, value, member, error);
    case KEY_NUMBER:
      if (!g_ascii_string_to_unsigned (value, 10, 1, G_MAXUINT, &number, NULL))
        return bad_value (key->name, value, error);
      *(guint *) member = number;
      return TRUE;
    case KEY_SWITCH:
      return parse_switch (key->name, value, member, error);
    case KEY_LIST:
      g_strfreev (*(GStrv *) member);
      *(GStrv *) member = g_strsplit (value, ",", -1);
      return TRUE;
    default:
      g_return_val_if_reached (FALSE);
    }
}

static gboolean
apply_set (DroverCreationChoices *choices, const char *text, GError **error)
{
  const char *equals = strchr (text, '=');
  g_autofree char *name = equals != NULL ? g_strndup (text, equals - text) : NULL;
  const Key *key;

  if (equals == NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("--set takes KEY=VALUE, as memory=4G, and not “%s”"), text);
      return FALSE;
    }
  key = find_key (name, error);
  if (key == NULL)
    return FALSE;
  if (key->of_answers && choices->answers == NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("“%s” is for an installation that goes by itself: give --user too"), name);
      return FALSE;
    }

  return set_member (key, key->of_answers ? (gpointer) choices->answers : choices, equals + 1,
                     error);
}

/* --- media ------------------------------------------------------------------------------------ */

/* The template's media that are files, without those that need not be. */
static const char *
find_only_medium (DroverTemplate *template, const char *architecture)
{
  g_autoptr (GPtrArray) list = drover_template_list_media (template, architecture);
  const char *found = NULL;

  for (guint i = 0; i < list->len; i++)
    {
      const DroverTemplateMedium *medium = list->pdata[i];

      if (medium->optional || g_str_equal (medium->kind, "data"))
        continue;
      if (found != NULL && !g_str_equal (found, medium->id))
        return NULL;
      found = medium->id;
    }

  return found;
}

static gboolean
apply_medium (DroverTemplate *template, DroverCreationChoices *choices, const char *text,
              GError **error)
{
  const char *equals = strchr (text, '=');
  g_autofree char *id = equals != NULL ? g_strndup (text, equals - text) : NULL;
  g_autoptr (GPtrArray) list = drover_template_list_media (template, choices->architecture);
  const char *only = find_only_medium (template, choices->architecture);

  for (guint i = 0; id != NULL && i < list->len; i++)
    if (g_str_equal (((const DroverTemplateMedium *) list->pdata[i])->id, id))
      {
        g_hash_table_insert (choices->media, g_strdup (id), g_strdup (equals + 1));
        return TRUE;
      }

  if (only != NULL)
    {
      g_hash_table_insert (choices->media, g_strdup (only), g_strdup (text));
      return TRUE;
    }

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _("Say which medium “%s” is, as in --media ID=FILE; “droverctl templates” lists "
                 "what “%s” is made from"),
               text, drover_template_get_id (template));
  return FALSE;
}

/* --- who uses the guest ----------------------------------------------------------------------- */

/* Without echo; the prompt is not on standard output, where the slug goes. */
static char *
ask_password (const char *user)
{
  struct termios saved;
  struct termios silent;
  char line[1024];
  char *password = NULL;

  if (tcgetattr (STDIN_FILENO, &saved) != 0)
    return NULL;

  silent = saved;
  silent.c_lflag &= ~ECHO;
  g_printerr (_("Password for %s in the guest: "), user);
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &silent);
  if (fgets (line, sizeof line, stdin) != NULL)
    password = g_strdup (line);
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &saved);
  g_printerr ("\n");
  explicit_bzero (line, sizeof line);
  return password;
}

static char *
read_password (GError **error)
{
  char line[1024];
  char *password;

  if (option_password_stdin)
    {
      if (fgets (line, sizeof line, stdin) == NULL)
        {
          g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                       _("There is no password on standard input"));
          return NULL;
        }
      password = g_strdup (line);
      explicit_bzero (line, sizeof line);
    }
  else
    {
      password = ask_password (option_user);
    }

  if (password != NULL)
    password[strcspn (password, "\r\n")] = '\0';
  return password;
}

static gboolean
add_password (DroverUnattended *answers, GError **error)
{
  char *password = NULL;

  if (!drover_unattended_takes_password (answers->kind))
    {
      if (!option_password_stdin)
        return TRUE;
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("Windows takes no hashed password, and Drover writes none in clear: Windows "
                     "asks for one itself"));
      return FALSE;
    }
  if (!option_password_stdin && (option_ssh_keys != NULL || !isatty (STDIN_FILENO)))
    return TRUE;

  password = read_password (error);
  if (password == NULL)
    return !option_password_stdin;
  if (*password != '\0' || option_password_stdin)
    answers->password_hash = drover_password_hash (password, answers->kind, error);
  else
    answers->password_hash = NULL;
  if (answers->password_hash == NULL && (*password != '\0' || option_password_stdin))
    {
      drover_password_clear (password);
      return FALSE;
    }

  drover_password_clear (password);
  return TRUE;
}

static gboolean
add_ssh_keys (DroverUnattended *answers, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; option_ssh_keys != NULL && option_ssh_keys[i] != NULL; i++)
    {
      g_autofree char *text = NULL;
      g_auto (GStrv) lines = NULL;

      if (!g_file_get_contents (option_ssh_keys[i], &text, NULL, error))
        return FALSE;
      lines = g_strsplit (text, "\n", -1);
      for (guint j = 0; lines[j] != NULL; j++)
        if (*g_strstrip (lines[j]) != '\0' && lines[j][0] != '#')
          g_strv_builder_add (builder, lines[j]);
    }

  g_strfreev (answers->ssh_keys);
  answers->ssh_keys = g_strv_builder_end (builder);
  return TRUE;
}

static gboolean
add_answers (DroverTemplate *template, DroverCreationChoices *choices, GError **error)
{
  const char *kind = drover_template_get_unattended (template);

  if (option_user == NULL)
    {
      if (option_ssh_keys == NULL && !option_password_stdin)
        return TRUE;
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("Keys and passwords are for an installation that goes by itself: give --user "
                     "too"));
      return FALSE;
    }

  if (kind == NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("“%s” cannot be installed by itself, so there is no use for --user"),
                   drover_template_get_id (template));
      return FALSE;
    }
  choices->answers = drover_unattended_new (kind);
  g_set_str (&choices->answers->user, option_user);
  g_set_str (&choices->answers->real_name, NULL);
  /* Made of the machine's name. */
  g_set_str (&choices->answers->host_name, NULL);
  return add_ssh_keys (choices->answers, error);
}

/* --- from a template -------------------------------------------------------------------------- */

static DroverCreationChoices *
make_choices (DroverTemplate *template, GError **error)
{
  g_autoptr (DroverCreationChoices) choices = drover_creation_choices_new ();

  choices->name = g_strdup (option_name);
  choices->download = !option_no_download;
  choices->debian_site = g_strdup (option_site);
  choices->display = g_getenv ("DISPLAY") != NULL || g_getenv ("WAYLAND_DISPLAY") != NULL;
  if (!add_answers (template, choices, error))
    return NULL;
  for (guint i = 0; option_set != NULL && option_set[i] != NULL; i++)
    if (!apply_set (choices, option_set[i], error))
      return NULL;
  for (guint i = 0; option_media != NULL && option_media[i] != NULL; i++)
    if (!apply_medium (template, choices, option_media[i], error))
      return NULL;
  /* Last, so that nobody types one for nothing. */
  if (choices->answers != NULL && !add_password (choices->answers, error))
    return NULL;

  return g_steal_pointer (&choices);
}

static void
show_step_cb (DroverCreation *creation, GParamSpec *pspec, gpointer user_data)
{
  double fraction = drover_creation_get_fraction (creation);

  if (isatty (STDERR_FILENO) && fraction >= 0)
    g_printerr ("\r%s %3.0f %%\033[K", drover_creation_get_text (creation), fraction * 100);
  else if (isatty (STDERR_FILENO))
    g_printerr ("\r%s\033[K", drover_creation_get_text (creation));
  else if (g_str_equal (pspec->name, "text"))
    g_printerr ("%s\n", drover_creation_get_text (creation));
}

/* Ctrl-C and a terminal that is closed leave no half a machine behind. */
static gboolean
interrupted_cb (gpointer user_data)
{
  drover_creation_cancel (user_data);
  return G_SOURCE_CONTINUE;
}

static DroverMachine *
await_machine (DroverCreation *creation, GError **error)
{
  static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
  guint sources[G_N_ELEMENTS (numbers)];
  DroverMachine *machine;

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    sources[i] = g_unix_signal_add (numbers[i], interrupted_cb, creation);
  machine = dex_await_object (drover_creation_run (creation), error);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_source_remove (sources[i]);
  return machine;
}

static void
print_plan (DroverCreation *creation)
{
  DroverDocument *document = drover_creation_get_document (creation);
  g_auto (GStrv) argv = drover_document_dup_argv (document);
  const char *const *steps = drover_creation_get_steps (creation);
  JsonObject *object;

  if (!option_json)
    {
      g_autofree char *text = drover_shell_from_argv ((const char *const *) argv);

      for (guint i = 0; steps[i] != NULL; i++)
        g_printerr ("%s\n", steps[i]);
      g_print ("%s\n", text);
      return;
    }

  object = json_object_new ();
  json_object_set_string_member (object, "name", drover_document_get_name (document));
  json_object_set_member (object, "command",
                          drover_json_from_strv ((const char *const *) argv));
  json_object_set_member (object, "steps", drover_json_from_strv (steps));
  json_object_set_member (object, "notices",
                          drover_json_from_strv (drover_creation_get_notices (creation)));
  print_json_take (object);
}

static gboolean
create_from_template (Invocation *invocation, GError **error)
{
  g_autoptr (DroverTemplate) template = drover_template_find (option_template, error);
  g_autoptr (DroverCreationChoices) choices =
    template != NULL ? make_choices (template, error) : NULL;
  g_autofree char *folder = drover_paths_dup_media_dir ();
  g_autoptr (DroverMedia) media = drover_media_new (folder);
  g_autoptr (DroverDownloads) downloads = drover_downloads_new (media);
  g_autoptr (DroverCreation) creation = NULL;
  g_autoptr (DroverMachine) machine = NULL;
  const char *const *notices;
  gboolean made;

  if (choices == NULL)
    return FALSE;

  creation = drover_creation_new (invocation->library, downloads, template, choices);
  g_signal_connect (creation, "notify", G_CALLBACK (show_step_cb), NULL);
  if (option_dry_run)
    made = dex_await (drover_creation_plan (creation), error);
  else
    made = (machine = await_machine (creation, error)) != NULL;
  if (isatty (STDERR_FILENO))
    g_printerr ("\r\033[K");
  if (!made)
    return FALSE;

  notices = drover_creation_get_notices (creation);
  for (guint i = 0; notices[i] != NULL; i++)
    g_printerr ("%s\n", notices[i]);
  if (option_dry_run)
    print_plan (creation);
  else
    print_created (machine);
  return TRUE;
}

static gboolean
check_create (GError **error)
{
  if ((option_hello == NULL) == (option_template == NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("Say what to create, as with --template debian-13 or --hello x86_64"));
      return FALSE;
    }
  if (option_name != NULL && !is_machine_name (option_name))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("The name is empty, not UTF-8, or has control characters in it"));
      return FALSE;
    }
  if (option_hello != NULL && (option_set != NULL || option_media != NULL || option_user != NULL ||
                               option_dry_run || option_no_download))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("--hello takes only --name, --debian-site and --json"));
      return FALSE;
    }

  return TRUE;
}

static gboolean
run_create (Invocation *invocation, GError **error)
{
  if (!check_create (error))
    return FALSE;

  return option_hello != NULL ? create_hello (invocation, error)
                              : create_from_template (invocation, error);
}

const Command create_command = {
  "create", "--template …", N_("Create a machine and print its folder’s name"), 0, create_options,
  run_create, 0,
  N_("KEY is one of architecture, program, memory, cpus, disk, firmware, display, ssh-port, "
     "start-again; with --user also of real-name, host-name, locale, keyboard, keyboard-variant, time-zone, "
     "packages, mirror, security-mirror, desktop, edition, accept-licence.\n\n"
     "A password is asked for on the terminal, and only its hash is kept. With --ssh-key there "
     "need not be one."),
};
