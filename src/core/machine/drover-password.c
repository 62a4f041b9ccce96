/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <crypt.h>
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-password.h"

/**
 * drover_password_hash:
 * @password: what the user typed; the caller clears it, by drover_password_clear()
 * @kind: (nullable): a kind of #DroverUnattended, when the guest is known
 *
 * Hashes a password as the guest's `/etc/shadow` wants it, with a new salt each time: yescrypt for
 * Debian 13 and Arch, whose own it is, else SHA-512, which every Linux takes.
 *
 * Returns: (transfer full) (nullable): the hash; %NULL with %G_IO_ERROR_INVALID_ARGUMENT when the
 *   password is empty, or with the system's error
 */
char *
drover_password_hash (const char *password, const char *kind, GError **error)
{
  gboolean modern = g_strcmp0 (kind, "preseed") == 0 || g_strcmp0 (kind, "archinstall") == 0;
  char salt[CRYPT_GENSALT_OUTPUT_SIZE];
  struct crypt_data *data;
  char *hash = NULL;
  int saved_errno;

  g_return_val_if_fail (password != NULL, NULL);

  if (*password == '\0')
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _("The password is empty. Choose one, or use an SSH key instead"));
      return NULL;
    }

  data = g_new0 (struct crypt_data, 1);
  if (crypt_gensalt_rn (modern ? "$y$" : "$6$", 0, NULL, 0, salt, sizeof salt) != NULL)
    hash = g_strdup (crypt_rn (password, salt, data, sizeof *data));
  saved_errno = errno;
  explicit_bzero (data, sizeof *data);
  g_free (data);

  if (hash == NULL)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno),
                 _("The password cannot be hashed: %s"), g_strerror (saved_errno));
  return hash;
}

/**
 * drover_password_clear:
 * @password: (transfer full) (nullable): what is overwritten before it is freed
 */
void
drover_password_clear (char *password)
{
  if (password != NULL)
    explicit_bzero (password, strlen (password));
  g_free (password);
}
