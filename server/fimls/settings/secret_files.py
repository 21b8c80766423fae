"""Files that hold keys and passwords as a rule: the default of ``completion.exclude_files``."""

from __future__ import annotations

SECRET_FILES = (
    # Environments
    *(".env", ".env.*", ".env-*", ".env_*", "*.env", ".envrc"),
    # Private keys, and the stores that they are kept in
    *("*.pem", "*.key", "*.p8", "*.p12", "*.pfx", "*.pkcs12", "*.jks", "*.keystore", "*.bks"),
    *(
        "*.ppk",
        "*.keytab",
        "*.gpg",
        "*.pgp",
        "private*.asc",
        "secring.*",
        "*.age",
        "*.agekey",
        "*.ovpn",
    ),
    *("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk", "id_ed25519_sk"),
    *("*_rsa", "*_dsa", "*_ecdsa", "*_ed25519", ".ssh/**", ".gnupg/**"),
    # What password managers keep
    *("*.kdb", "*.kdbx", "*.psafe3", "*.agilekeychain/**", "*.opvault/**", ".password-store/**"),
    # Logins of tools, registries and databases
    *(".netrc", "_netrc", ".npmrc", ".yarnrc.yml", ".pypirc", ".dockercfg"),
    *(
        ".docker/config.json",
        ".git-credentials",
        ".config/gh/hosts.yml",
        ".config/hub",
        "fimls/tokens.json",
    ),
    *(".cargo/credentials", ".cargo/credentials.toml", ".gem/credentials", ".composer/auth.json"),
    *(".m2/settings.xml", "settings-security.xml", ".bundle/config", ".rclone.conf", "rclone.conf"),
    *(".pgpass", "pgpass.conf", ".my.cnf", ".mylogin.cnf", ".pg_service.conf", ".odbc.ini"),
    *(".htpasswd", ".htdigest", ".s3cfg", ".boto", ".fetchmailrc", ".msmtprc", ".mbsyncrc"),
    # Clouds and clusters
    *(".aws/**", ".azure/**", ".oci/**", ".config/gcloud/**", ".kube/**", "kubeconfig"),
    *("*.kubeconfig", ".terraformrc", "terraform.rc", "*.tfvars", "*.tfvars.json", "*.tfstate"),
    *("*.tfstate.backup", ".vault-token", ".vault_pass", ".vault_pass.txt", "vault_pass.txt"),
    *(".databrickscfg", ".snowsql/**", ".fly/**", ".vercel/**", ".config/doctl/**"),
    # What is named for what it holds
    *("credentials", "*credentials.json", "credentials.yml", "credentials.yaml", "credentials.csv"),
    *("credentials.toml", "credentials.ini", "credentials.xml", ".credentials", ".credentials.*"),
    *("client_secret*.json", "service-account*.json", "service_account*.json"),
    *("serviceaccount*.json", "google-services.json", "googleservice-info.plist"),
    *("secrets.yml", "secrets.yaml", "secrets.json", "secrets.toml", "secrets.ini"),
    *("secrets.properties", "secrets.xml", "secrets.env", "secrets.txt", "secret.yml"),
    *("secret.yaml", "secret.json", "secret.toml", "secret.txt", "*.secret", "*.secrets"),
    *(".secret", ".secrets", ".secrets/**", "passwords.txt", "passwords.csv", "password.txt"),
    *("*.token", ".token", "apikey.txt", "api_key.txt", "wp-config.php", "local.settings.json"),
    # Accounts of a machine, and what was typed
    *("shadow", "shadow-", "gshadow", "wpa_supplicant.conf", "*.nmconnection"),
    *(".*_history", ".histfile"),
)
"""Patterns as `fimls.completion.exclusions` reads them; case does not count."""
