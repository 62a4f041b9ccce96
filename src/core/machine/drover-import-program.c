/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>
#include <sys/utsname.h>

#include "drover-import-private.h"
#include "drover-program.h"

/* Which word of a command is QEMU, and which program that means here. */

static const char *
get_base_name (const char *path)
{
  for (const char *p = path; *p != '\0'; p++)
    if (*p == '/' || *p == '\\')
      path = p + 1;

  return path;
}

/* Without `.exe`, and the `w` of a Windows program without a console. */
static char *
dup_plain_name (const char *path)
{
  char *name = g_strdup (get_base_name (path));
  gsize length = strlen (name);

  if (length > 4 && g_ascii_strcasecmp (name + length - 4, ".exe") == 0)
    {
      name[length - 4] = '\0';
      if (g_str_has_prefix (name, "qemu-system-") && name[length - 5] == 'w')
        name[length - 5] = '\0';
    }

  return name;
}

static gboolean
is_alias (const char *name)
{
  return g_str_equal (name, "kvm") || g_str_equal (name, "qemu-kvm") || g_str_equal (name, "qemu");
}

/**
 * drover_import_is_qemu:
 * @text: a word
 *
 * Returns: whether it is, or ends in, the name of a QEMU system emulator
 */
gboolean
drover_import_is_qemu (const char *text)
{
  g_autofree char *name = dup_plain_name (text);

  if (strchr (text, '=') != NULL || strstr (text, " -") != NULL)
    return FALSE;

  return is_alias (name) ||
         (g_str_has_prefix (name, "qemu-system-") && g_ascii_isalnum (name[strlen ("qemu-system-")]) &&
          name[strcspn (name, " \t\n'\"")] == '\0');
}

/* finding it in a command */

static const char *
get_text (GPtrArray *fields, guint i)
{
  return i < fields->len ? ((DroverImportField *) fields->pdata[i])->text->str : "";
}

static gboolean
is_one_of (const char *word, const char *const *words)
{
  return g_strv_contains (words, get_base_name (word));
}

static gboolean
is_assignment (const char *word)
{
  gsize n = strspn (word, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_");

  return n > 0 && !g_ascii_isdigit (word[0]) && word[n] == '=';
}

/* Options of `sudo` and the like whose next word is a user, who may be called kvm. */
static gboolean
names_user (const char *word)
{
  static const char *const options[] = { "-u", "-g", "-U", "--user", "--group", NULL };

  return g_strv_contains (options, word);
}

/* The first word that is neither a keyword nor a program that runs another one. */
static guint
find_head (GPtrArray *fields)
{
  static const char *const prefixes[] = { "if", "then", "else", "elif", "while", "until", "do", "{",
                                          "!", "time", "exec", "command", "builtin", "nohup",
                                          "setsid", "coproc", "ionice", "chrt", "sudo", "doas", "env", "nice", "start",
                                          "call", "&", NULL };
  guint i = 0;

  while (i < fields->len)
    {
      const char *word = get_text (fields, i);
      gboolean is_number = word[strspn (word, "0123456789+-")] == '\0';

      if (*word != '-' && !is_number && !is_one_of (word, prefixes) && !is_assignment (word))
        break;
      i += names_user (word) ? 2 : 1;
    }

  return MIN (i, fields->len);
}

/* Of programs that only speak of QEMU: the packages, the files, the kernel's modules. */
static gboolean
only_mentions (const char *head)
{
  static const char *const programs[] = {
    "apt", "apt-get", "aptitude", "dnf", "yum", "zypper", "pacman", "apk", "emerge", "brew", "port",
    "pkg", "snap", "dpkg", "rpm", "nix-env", "nix-shell", "choco", "winget", "scoop", "which",
    "whereis", "type", "man", "info", "pkill", "killall", "pgrep", "kill", "pidof", "hash", "ps", "echo", "printf",
    "cat", "ls", "rm", "cp", "mv", "ln", "find", "grep", "file", "ldd", "chmod", "chown", "setcap",
    "getcap", "install", "mkdir", "cd", "make", "modprobe", "rmmod", "lsmod", "insmod", "usermod",
    "adduser", "gpasswd", "groupadd", "systemctl", "service", "test", "[", "[[", "alias", "export",
    "set", "unset", "local", "declare", "readonly", "typeset", "return", "case", "for", "select",
    "function", "virt-install", "virsh", "git", "meson", "ninja", "./configure", "configure", NULL,
  };

  return is_one_of (head, programs);
}

static gboolean
is_program_at (GPtrArray *fields, guint i, guint head)
{
  const char *text = get_text (fields, i);

  if (!drover_import_is_qemu (text))
    return FALSE;
  if (i == head)
    return TRUE;
  if (i > 0 && names_user (get_text (fields, i - 1)))
    return FALSE;

  /* `/dev/kvm`, `/var/lib/qemu` */
  if (strchr (text, '/') != NULL && is_alias (get_base_name (text)) &&
      strstr (text, "bin/") == NULL && strstr (text, "libexec/") == NULL)
    return FALSE;

  /* Behind a program that is not known to run others: as one would call it. */
  return get_text (fields, i + 1)[0] == '-' || (i < head && i + 1 >= fields->len);
}

/* `$(which qemu-system-x86_64)`, `$QEMU`. */
static gboolean
may_be_program (const DroverImportField *field, gboolean has_options)
{
  g_autofree char *lower = g_ascii_strdown (field->text->str, -1);

  if (field->marks->len == 0 || g_array_index (field->marks, DroverImportMark, 0).start != 0)
    return FALSE;

  return has_options && (strstr (lower, "qemu") != NULL || strstr (lower, "kvm") != NULL);
}

/* `command -v qemu-system-x86_64` */
static gboolean
asks_for_program (GPtrArray *fields, guint head)
{
  for (guint i = 0; i < head; i++)
    if (g_str_equal (get_text (fields, i), "command") &&
        g_ascii_strcasecmp (get_text (fields, i + 1), "-v") == 0)
      return TRUE;

  return FALSE;
}

/**
 * drover_import_find_program:
 * @fields: (element-type DroverImportField): a command's words
 * @program: (out): which of them is QEMU
 *
 * Returns: whether one is
 */
gboolean
drover_import_find_program (GPtrArray *fields, guint *program)
{
  guint head = find_head (fields);

  if (head < fields->len && only_mentions (get_text (fields, head)))
    return FALSE;
  if (asks_for_program (fields, head))
    return FALSE;

  for (*program = 0; *program < fields->len; (*program)++)
    if (is_program_at (fields, *program, head))
      return TRUE;

  *program = head;
  return head < fields->len &&
         may_be_program (fields->pdata[head], get_text (fields, head + 1)[0] == '-');
}

/**
 * drover_import_has_script:
 * @fields: (element-type DroverImportField): a command's words
 * @script: (out): which of them is shell text
 *
 * Returns: whether the command hands shell text that speaks of QEMU to a shell
 */
gboolean
drover_import_has_script (GPtrArray *fields, guint *script)
{
  static const char *const shells[] = { "sh", "bash", "zsh", "dash", "ash", "ksh", "su", "eval",
                                        "screen", "tmux", "ssh", "script", "watch", NULL };
  guint head = find_head (fields);

  if (head >= fields->len || !is_one_of (get_text (fields, head), shells))
    return FALSE;

  for (*script = head + 1; *script < fields->len; (*script)++)
    {
      const char *text = get_text (fields, *script);

      if (strpbrk (text, " \t\n") != NULL && (strstr (text, "qemu") != NULL ||
                                              strstr (text, "kvm ") != NULL))
        return TRUE;
    }

  return FALSE;
}

/* what it is here */

static const char *
get_host_program (void)
{
  static const struct
  {
    const char *machine;
    const char *program;
  } hosts[] = {
    { "aarch64", "qemu-system-aarch64" }, { "arm64", "qemu-system-aarch64" },
    { "arm", "qemu-system-arm" },         { "ppc", "qemu-system-ppc64" },
    { "s390x", "qemu-system-s390x" },     { "riscv64", "qemu-system-riscv64" },
    { "loongarch64", "qemu-system-loongarch64" },
  };
  struct utsname host;

  if (uname (&host) == 0)
    for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
      if (g_str_has_prefix (host.machine, hosts[i].machine))
        return hosts[i].program;

  return "qemu-system-x86_64";
}

/* The name of an emulator in a command substitution, as in `$(which qemu-system-arm)`. */
static char *
dup_name_in (const char *source)
{
  g_auto (GStrv) words = g_strsplit_set (source, " \t\n(){}`\"';|&", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (words[i][0] != '\0' && drover_import_is_qemu (words[i]))
      return dup_plain_name (words[i]);

  return NULL;
}

static char *
dup_program (const char *text, gboolean *is_kvm)
{
  g_autofree char *name = dup_plain_name (text);
  gboolean is_path = strpbrk (text, "/\\") != NULL;

  if (is_path && g_file_test (text, G_FILE_TEST_IS_EXECUTABLE) &&
      !g_file_test (text, G_FILE_TEST_IS_DIR))
    return g_canonicalize_filename (text, NULL);

  *is_kvm = g_str_equal (name, "kvm") || g_str_equal (name, "qemu-kvm");
  if (*is_kvm)
    return g_strdup (get_host_program ());
  if (g_str_equal (name, "qemu"))
    return g_strdup ("qemu-system-x86_64");

  /* A path of the author's: the program of that name is meant. */
  return is_path && !drover_import_is_qemu (name) ? g_strdup (text) : g_steal_pointer (&name);
}

/**
 * drover_import_program_resolve:
 * @field: the word that calls QEMU
 *
 * Fills in @self: a path that is there stays, another one is taken for its name; old names
 * become today's. The name is %NULL when it is in a variable that has no value.
 */
void
drover_import_program_resolve (DroverImportProgram *self, const DroverImportField *field)
{
  self->text = g_strdup (field->computed != NULL ? field->computed : field->text->str);
  if (field->marks->len > 0)
    self->name = dup_name_in (field->text->str);
  else
    self->name = dup_program (field->text->str, &self->is_kvm);
}

void
drover_import_program_clear (DroverImportProgram *self)
{
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->name, g_free);
}
