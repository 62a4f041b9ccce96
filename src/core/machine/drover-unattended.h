/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define DROVER_TYPE_UNATTENDED (drover_unattended_get_type ())

/**
 * DroverUnattended:
 * @kind: `autoinstall` (Ubuntu’s live server installer), `cloud-init` (a cloud image, NoCloud),
 *   `archinstall` (Arch’s installer medium, through its cloud-init), `preseed` (Debian’s
 *   installer) or `autounattend` (Windows)
 * @user: the name to log in by; has sudo, or is an administrator
 * @real_name: (nullable): the user's full name
 * @password_hash: (nullable): from drover_password_hash(); not for Windows, see
 *   drover_unattended_takes_password()
 * @ssh_keys: (nullable): public keys, one line each, as in `id_ed25519.pub`
 * @host_name: how the guest calls itself
 * @locale: as in `LANG`: `de_DE.UTF-8`
 * @keyboard: XKB's layout: `de`
 * @keyboard_variant: (nullable): XKB's variant: `nodeadkeys`
 * @time_zone: as in the tz database: `Europe/Berlin`
 * @packages: (nullable): more packages to install, by the guest's names
 * @mirror: (nullable): where the guest's packages come from, as `http://host/path`; %NULL is what
 *   the installer or image brings
 * @security_mirror: (nullable): the same for Debian's security updates
 * @architecture: in QEMU's words: `x86_64`
 * @desktop: whether a desktop is installed too (autoinstall and preseed)
 * @disk: (nullable): the guest's name of the disk that is ERASED: `/dev/vda`; %NULL is the first
 *   one where the installer can say so (preseed and archinstall take `/dev/vda`)
 * @uefi: whether the guest boots by UEFI, for installers that must be told (archinstall,
 *   autounattend)
 * @accept_licence: whether the user has said that he accepts Windows' licence; Windows Setup asks
 *   for it when not
 * @edition: (nullable): which Windows of the medium, by its name in it: `Windows 11 Pro`; Windows
 *   Setup asks when %NULL
 *
 * All that an installation needs to be told, for it to ask nothing. There is no member for a
 * password in clear, so none can get into a file.
 */
typedef struct
{
  char *kind;
  char *user;
  char *real_name;
  char *password_hash;
  GStrv ssh_keys;
  char *host_name;
  char *locale;
  char *keyboard;
  char *keyboard_variant;
  char *time_zone;
  GStrv packages;
  char *mirror;
  char *security_mirror;
  char *architecture;
  gboolean desktop;
  char *disk;
  gboolean uefi;
  gboolean accept_licence;
  char *edition;
} DroverUnattended;

GType             drover_unattended_get_type         (void) G_GNUC_CONST;
DroverUnattended *drover_unattended_new              (const char *kind);
DroverUnattended *drover_unattended_copy             (const DroverUnattended *self);
void              drover_unattended_free             (DroverUnattended *self);

gboolean          drover_unattended_check            (const DroverUnattended *self,
                                                      GError **error);
gboolean          drover_unattended_check_field      (const DroverUnattended *self,
                                                      const char *field, GError **error);
gboolean          drover_unattended_takes_password   (const char *kind);

GHashTable       *drover_unattended_make_files       (const DroverUnattended *self,
                                                      GError **error);
const char       *drover_unattended_get_label        (const char *kind);
gboolean          drover_unattended_needs_initrd     (const char *kind);
char             *drover_unattended_dup_kernel_words (const DroverUnattended *self);

GStrv             drover_unattended_list_ssh_keys    (const char *folder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverUnattended, drover_unattended_free)

G_END_DECLS
