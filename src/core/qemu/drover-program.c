/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-error.h"
#include "drover-program.h"

#define PREFIX "qemu-system-"

/* Which Debian package has the program of an architecture. Where none is named here, it is
 * the package of the rare ones. */
static const struct
{
  const char *prefix;
  const char *package;
} packages[] = {
  { "x86_64", "qemu-system-x86" },    { "i386", "qemu-system-x86" },
  { "aarch64", "qemu-system-arm" },   { "arm", "qemu-system-arm" },
  { "mips", "qemu-system-mips" },     { "ppc", "qemu-system-ppc" },
  { "riscv", "qemu-system-riscv" },   { "s390x", "qemu-system-s390x" },
  { "sparc", "qemu-system-sparc" },
};

/**
 * drover_program_get_architecture:
 * @program: a program's name or path
 *
 * Returns: (nullable): the guest architecture in QEMU's words, such as `aarch64`, pointing
 *   into @program; %NULL when the name does not tell
 */
const char *
drover_program_get_architecture (const char *program)
{
  const char *slash = strrchr (program, '/');
  const char *name = slash != NULL ? slash + 1 : program;

  return g_str_has_prefix (name, PREFIX) ? name + strlen (PREFIX) : NULL;
}

static const char *
get_package (const char *architecture)
{
  for (guint i = 0; i < G_N_ELEMENTS (packages); i++)
    if (g_str_has_prefix (architecture, packages[i].prefix))
      return packages[i].package;

  return "qemu-system-misc";
}

/**
 * drover_program_find:
 * @program: a name to look for in `$PATH`, or a path
 * @error: set to %DROVER_ERROR_PROGRAM_MISSING; says how to get it
 *
 * Returns: (transfer full) (nullable): the path of the program
 */
char *
drover_program_find (const char *program, GError **error)
{
  char *path = g_find_program_in_path (program);
  const char *architecture = drover_program_get_architecture (program);

  if (path != NULL)
    return path;

  if (strchr (program, '/') != NULL)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_PROGRAM_MISSING,
                 _("The machine’s program %s is not there, or cannot be run"), program);
  else if (architecture != NULL)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_PROGRAM_MISSING,
                 _("The machine’s program %s is not installed. Debian and Ubuntu have it in the "
                   "package %s, Homebrew in “qemu”"),
                 program, get_package (architecture));
  else
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_PROGRAM_MISSING,
                 _("The machine’s program %s is not installed"), program);
  return NULL;
}

/**
 * drover_program_resolve:
 * @program: a machine's program: a name to look for in `$PATH`, or a path
 * @directory: (nullable): where the machine's QEMU is started, see drover_machine_get_directory()
 *
 * A relative path is seen from where QEMU is started, as the shell does that the command came
 * from; where Drover itself was started does not matter.
 *
 * Returns: (transfer full): @program, in a form that means the same everywhere
 */
char *
drover_program_resolve (const char *program, const char *directory)
{
  if (directory == NULL || g_path_is_absolute (program) || strchr (program, '/') == NULL)
    return g_strdup (program);

  return g_build_filename (directory, program, NULL);
}
